# What is installed, and the Debian package made of it: `./dev package` builds `package_files`, then
# runs CPack.
include(GNUInstallDirs)

set(PACKAGES ${CMAKE_SOURCE_DIR}/cluster-config/packages)
set(PACKAGE_FILES ${CMAKE_BINARY_DIR}/package_files)
set(DOC share/doc/warmfront)

# Manual pages, completions and changelogs, from the programs and the sources.
add_custom_target(
  package_files
  COMMAND /usr/bin/python3 -B ${PACKAGES}/make_files.py --bin $<TARGET_FILE_DIR:warmfrontd>
          --version ${PROJECT_VERSION} --into ${PACKAGE_FILES}
  DEPENDS warmfrontd warmfront
  VERBATIM)

# Whoever installs has built what he wants: never the tests as well.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY TRUE)
install(TARGETS warmfrontd warmfront RUNTIME DESTINATION bin)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/build/console/ DESTINATION share/warmfront/console OPTIONAL
        PATTERN "node_modules" EXCLUDE)
install(FILES cluster-config/systemd/warmfront.service DESTINATION /lib/systemd/system)
install(FILES ${PACKAGES}/debian/node.toml DESTINATION /etc/warmfront)

install(FILES README.md ARCHITECTURE.md DECISIONS.md DESTINATION ${DOC})
install(FILES ${PACKAGES}/debian/copyright DESTINATION ${DOC})
install(FILES ${PACKAGE_FILES}/changelog.gz ${PACKAGE_FILES}/changelog.Debian.gz DESTINATION ${DOC})
install(DIRECTORY docs/ DESTINATION ${DOC}/handbook PATTERN "*.py" EXCLUDE)
install(DIRECTORY cluster-config/examples cluster-config/container cluster-config/grafana
        DESTINATION ${DOC} PATTERN "local-cluster.sh" EXCLUDE)
install(FILES cluster-config/prometheus/warmfront.rules.yml DESTINATION ${DOC}/prometheus)

install(FILES ${PACKAGE_FILES}/warmfront.1.gz DESTINATION share/man/man1)
install(FILES ${PACKAGE_FILES}/warmfront-node.toml.5.gz DESTINATION share/man/man5)
install(FILES ${PACKAGE_FILES}/warmfrontd.8.gz DESTINATION share/man/man8)
install(FILES ${PACKAGE_FILES}/completion.bash DESTINATION share/bash-completion/completions
        RENAME warmfront)
install(FILES ${PACKAGE_FILES}/completion.zsh DESTINATION share/zsh/vendor-completions
        RENAME _warmfront)
install(FILES ${PACKAGE_FILES}/completion.fish DESTINATION share/fish/vendor_completions.d
        RENAME warmfront.fish)
install(FILES ${PACKAGES}/debian/lintian-overrides DESTINATION share/lintian/overrides
        RENAME warmfront)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME warmfront)
set(CPACK_PACKAGE_VENDOR "The Warmfront authors")
set(CPACK_PACKAGE_CONTACT "The Warmfront authors <warmfront@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "email-sending cluster with automatic IP warm-up")
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_SET_DESTDIR ON) # for what goes to /etc and /lib
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_SOURCE_DIR}/build/package)
set(CPACK_STRIP_FILES OFF) # the debug symbols are taken out, not thrown away
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_BUILD_SOURCE_DIRS ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR})

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION mail)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Mail comes in over SMTP and HTTP and leaves from own IP addresses, whose
daily volume grows along a warm-up plan, so that receivers learn to trust
them. No accepted message is lost, and no day's quota is ever exceeded.

This package has the node, its command line and its web console.")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser, tzdata, init-system-helpers (>= 1.54)")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates, dns-root-data")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "etcd-server, prometheus")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_DEBUGINFO_PACKAGE ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${PACKAGES}/debian/postinst ${PACKAGES}/debian/prerm ${PACKAGES}/debian/postrm
    ${PACKAGES}/debian/conffiles)
include(CPack)
