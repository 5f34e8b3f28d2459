# Debian 12 packages; ./dev installs them. Their headers are SYSTEM: warnings there are not ours.
find_package(Threads REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(Boost 1.74 REQUIRED)
find_package(RocksDB REQUIRED)
find_package(Protobuf REQUIRED)
find_package(cpprestsdk REQUIRED)
find_package(Catch2 2 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_package(date REQUIRED)
find_path(KAINJOW_MUSTACHE kainjow/mustache.hpp REQUIRED) # headers alone
find_package(PkgConfig REQUIRED)
pkg_check_modules(UNBOUND REQUIRED IMPORTED_TARGET libunbound)
pkg_check_modules(GMIME REQUIRED IMPORTED_TARGET gmime-3.0)
pkg_check_modules(IDN2 REQUIRED IMPORTED_TARGET libidn2)
pkg_check_modules(PSL REQUIRED IMPORTED_TARGET libpsl)
pkg_check_modules(GUMBO REQUIRED IMPORTED_TARGET gumbo)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(LIBICAL REQUIRED IMPORTED_TARGET libical)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-0.1)

# CAF 0.17.6 has no CMake config in Debian. Its type id checks are off in the package's
# headers, and they are what catches a message type that was never announced.
find_library(CAF_CORE caf_core REQUIRED)
find_library(CAF_IO caf_io REQUIRED)
add_library(caf INTERFACE)
target_link_libraries(caf INTERFACE ${CAF_IO} ${CAF_CORE} Threads::Threads)
target_compile_definitions(caf INTERFACE CAF_ENABLE_TYPE_ID_CHECKS)

# Boost 1.74 with g++ 12 lacks an include of <utility>.
add_library(asio INTERFACE)
target_compile_options(asio INTERFACE -include utility)
target_compile_definitions(asio INTERFACE BOOST_ASIO_NO_DEPRECATED
  $<$<CXX_COMPILER_ID:Clang>:BOOST_ASIO_HAS_CO_AWAIT=1;BOOST_ASIO_HAS_STD_COROUTINE=1>)
target_link_libraries(asio INTERFACE Boost::headers OpenSSL::SSL OpenSSL::Crypto Threads::Threads)
