#include "app/agent/surroundings.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <fstream>

using namespace holdfast;
using app::absent_mount;
using app::on_battery;
namespace fs = std::filesystem;

namespace {

// Supplies as /sys shows them.
struct supplies {
    fs::path path;

    supplies() {
        std::string name = (fs::temp_directory_path() / "holdfast-power-XXXXXX").string();
        BOOST_TEST_REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name;
    }

    supplies(const supplies&) = delete;
    supplies& operator=(const supplies&) = delete;

    ~supplies() { fs::remove_all(path); }

    void set(const std::string& name, const std::string& what, const std::string& value) const {
        fs::create_directories(path / name);
        std::ofstream(path / name / what) << value << '\n';
    }
};

const std::string fstab = "# /etc/fstab\n"
                          "UUID=1 / ext4 errors=remount-ro 0 1\n"
                          "UUID=2 none swap sw 0 0\n"
                          "#UUID=3 /old ext4 defaults 0 2\n"
                          "UUID=4 /mnt/usb\\040disk ext4 noauto 0 2\n"
                          "UUID=5 /srv/backups/ ext4 defaults 0 2\n";

std::string absent(std::string_view repository, const std::string& more_mounts = "") {
    const std::string mounts = "/dev/sda1 / ext4 rw 0 0\ntmpfs /run tmpfs rw 0 0\n" + more_mounts;
    return absent_mount(repository, fstab, mounts).value_or("");
}

} // namespace

BOOST_AUTO_TEST_SUITE(agent_surroundings)

BOOST_FIXTURE_TEST_CASE(a_laptop, supplies) {
    BOOST_TEST(!on_battery(path / "nonexistent"));
    BOOST_TEST(!on_battery(path));
    set("BAT0", "type", "Battery");
    set("BAT0", "status", "Discharging");
    BOOST_TEST(on_battery(path));
    set("AC", "type", "Mains");
    set("AC", "online", "0");
    BOOST_TEST(on_battery(path));
    set("AC", "online", "1");
    BOOST_TEST(!on_battery(path)); // a weak supply: both
    set("AC", "online", "0");
    set("BAT0", "status", "Full");
    BOOST_TEST(!on_battery(path));
}

BOOST_FIXTURE_TEST_CASE(a_mouse_is_not_the_machine, supplies) {
    set("hidpp_battery_0", "type", "Battery");
    set("hidpp_battery_0", "scope", "Device");
    set("hidpp_battery_0", "status", "Discharging");
    BOOST_TEST(!on_battery(path));
}

BOOST_AUTO_TEST_CASE(a_disk_of_fstab) {
    BOOST_TEST(absent("/mnt/usb disk/repository") == "/mnt/usb disk");
    BOOST_TEST(absent("local:/mnt/usb disk") == "/mnt/usb disk");
    BOOST_TEST(absent("/mnt/usb disk/r", "/dev/sdb1 /mnt/usb\\040disk ext4 rw 0 0\n").empty());
    BOOST_TEST(absent("/mnt/usb disks/r").empty());
    BOOST_TEST(absent("/mnt/x/../usb disk/r") == "/mnt/usb disk");
    BOOST_TEST(absent("/srv/backups/r") == "/srv/backups");
    BOOST_TEST(absent("/srv/backups/r", "/dev/sdb1 /srv/backups ext4 rw 0 0\n").empty());
    BOOST_TEST(absent("/old/r").empty());
    BOOST_TEST(absent("/var/backups").empty());
}

BOOST_AUTO_TEST_CASE(a_removable_disk) {
    BOOST_TEST(absent("/media/joe/disk/r") == "/media");
    BOOST_TEST(absent("/run/media/joe/disk/r") == "/run/media");
    BOOST_TEST(absent("/media/joe/disk/r", "/dev/sdb1 /media/joe/disk vfat rw 0 0\n").empty());
    BOOST_TEST(absent("/media/joe/disk/r", "/dev/sdb1 /media/joe/other vfat rw 0 0\n") == "/media");
    BOOST_TEST(absent("/mediaserver/r").empty());
}

BOOST_AUTO_TEST_CASE(a_repository_elsewhere) {
    BOOST_TEST(absent("sftp:host:/mnt/usb disk/r").empty());
    BOOST_TEST(absent("rest:https://host/media/x").empty());
}

BOOST_AUTO_TEST_SUITE_END()
