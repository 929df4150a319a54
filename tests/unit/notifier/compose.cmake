# The report mail; included by this directory's CMakeLists.txt.
pkg_check_modules(GMIME REQUIRED IMPORTED_TARGET gmime-3.0>=3.2)
pkg_check_modules(FONTCONFIG REQUIRED IMPORTED_TARGET fontconfig)

jw_add_test(test_notifier_compose SOURCES test_compose.c
    LINK jw::svc_notifier PkgConfig::GMIME PkgConfig::PANGOCAIRO PkgConfig::FONTCONFIG)
