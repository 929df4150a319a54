# The SMTP adapter against a real server (maildev), which shows what it got at JW_MAIL_WEB_URL.
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl>=7.88)
jw_add_test(test_integration_mail_smtp
    SOURCES integration/test_mail_smtp.c
    LINK jw::mail PkgConfig::CURL PkgConfig::JANSSON
    LABELS integration)
