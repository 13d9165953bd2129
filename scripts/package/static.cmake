# What CMakeLists.txt includes for the static executable: archives instead of shared libraries, link-time optimisation, and
# the hardening that a static executable can have. libpq comes from scripts/build-static.
set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
set(Boost_USE_STATIC_LIBS ON)
set(OPENSSL_USE_STATIC_LIBS ON)
find_package(Boost 1.81 REQUIRED COMPONENTS json url)
find_package(OpenSSL 3.0 REQUIRED)

set(libpq ${PROJECT_SOURCE_DIR}/build/libpq)
if(NOT EXISTS ${libpq}/lib/libpq.a)
  message(FATAL_ERROR "${libpq}/lib/libpq.a is not there: scripts/build-static makes it")
endif()
add_library(PostgreSQL::PostgreSQL INTERFACE IMPORTED)
target_include_directories(PostgreSQL::PostgreSQL INTERFACE ${libpq}/include)
target_link_libraries(PostgreSQL::PostgreSQL INTERFACE ${libpq}/lib/libpq.a ${libpq}/lib/libpgcommon_shlib.a
  ${libpq}/lib/libpgport_shlib.a OpenSSL::SSL OpenSSL::Crypto)

# Debian's CMake files of Abseil name its shared libraries; pkg-config knows the archives too.
find_package(PkgConfig REQUIRED)
pkg_check_modules(absl_time REQUIRED absl_time)
add_library(absl::time INTERFACE IMPORTED)
target_link_libraries(absl::time INTERFACE ${absl_time_STATIC_LDFLAGS})

set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
# The same sources give the same bytes, wherever they lie: scripts/build-static --twice.
add_compile_options(-ffile-prefix-map=${PROJECT_SOURCE_DIR}=.)
add_compile_options(-fPIE -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fstack-clash-protection -ffunction-sections
  -fdata-sections)
# What GCC 12 warns of when it links: the frames of one coroutine have members of other names in each translation unit, and
# the warnings that CMakeLists.txt turns off.
add_link_options(-Wno-odr -Wno-stringop-overflow -Wno-array-bounds -Wno-maybe-uninitialized)
add_link_options(-static-pie -Wl,--gc-sections -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
