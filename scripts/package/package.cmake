# The Debian package, of the static executable: scripts/build-package.
set(package ${PROJECT_SOURCE_DIR}/scripts/package)
install(TARGETS holdfast RUNTIME DESTINATION bin)
install(FILES ${package}/holdfast.service ${package}/holdfast.socket DESTINATION lib/systemd/system)
install(FILES ${package}/server.toml ${package}/migrate.toml DESTINATION /etc/holdfast
  PERMISSIONS OWNER_READ OWNER_WRITE)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/ DESTINATION share/doc/holdfast)
install(FILES ${PROJECT_SOURCE_DIR}/README.md DESTINATION share/doc/holdfast)
execute_process(COMMAND gzip -9nc ${package}/holdfast.1 OUTPUT_FILE ${PROJECT_BINARY_DIR}/holdfast.1.gz
  COMMAND_ERROR_IS_FATAL ANY)
install(FILES ${PROJECT_BINARY_DIR}/holdfast.1.gz DESTINATION share/man/man1)

foreach(shell bash fish)
  add_custom_command(TARGET holdfast POST_BUILD VERBATIM
    COMMAND sh -c "\"$0\" completion ${shell} >completion.${shell}" $<TARGET_FILE:holdfast>)
endforeach()
install(FILES ${PROJECT_BINARY_DIR}/completion.bash DESTINATION share/bash-completion/completions RENAME holdfast)
install(FILES ${PROJECT_BINARY_DIR}/completion.fish DESTINATION share/fish/vendor_completions.d RENAME holdfast.fish)

set(CPACK_GENERATOR DEB)
set(CPACK_SET_DESTDIR ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_CONTACT "The Holdfast developers <holdfast@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "task distribution server for fleets of backup agents")
set(CPACK_PACKAGE_DESCRIPTION "Thousands of agents ask one server for backup, check and prune tasks by long poll over HTTPS;
each task is given to exactly one, and what is lost comes again. Holds the server, the agent and a load tester.")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "restic, libnss-systemd")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS postgresql)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${package}/conffiles ${package}/postinst ${package}/prerm ${package}/postrm)
include(CPack)
