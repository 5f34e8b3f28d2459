// Who may speak with etcd, and with which etcd a node speaks.
#include <catch2/catch.hpp>

#include <fstream>

#include "tests/storage/etcd/etcd_subjects.hpp"

namespace warmfront::storage {

using namespace warmfront::testing; // NOLINT: the words these tests are written in

namespace {

errc code_of_range(const etcd_options& options) {
  asked_store store{open_etcd_control_store(options).value()};
  const auto answer =
      ask<control_snapshot>(store, [&](auto done) { store.store().range("", std::move(done)); });
  return answer ? errc{} : answer.error().code;
}

} // namespace

TEST_CASE("etcd: over TLS both sides show a certificate of the authority", "[etcd][tls]") {
  const temporary_directory directory;
  const authority ours{directory.path() / "ours"};
  ours.sign("server");
  ours.sign("client");
  const authority foreign{directory.path() / "foreign"};
  foreign.sign("client");
  const etcd_cluster cluster{1, &ours};

  asked_store store{open_etcd_control_store(cluster.options()).value()};
  witness seen;
  const auto watching = store.store().watch("", 1, seen.callback());
  put(store, "a", "1");
  CHECK(range(store, "").records.size() == 1);
  CHECK(comes_true(store, [&] { return seen.count() == 1; }));

  auto options = cluster.options();
  SECTION("no certificate of the client") {
    options.certificate_file.clear();
    options.key_file.clear();
    CHECK(code_of_range(options) == errc::unavailable);
  }
  SECTION("a foreign certificate of the client") {
    options.certificate_file = foreign.certificate("client");
    options.key_file = foreign.key("client");
    CHECK(code_of_range(options) == errc::unavailable);
  }
  SECTION("a server of another authority") {
    options.ca_file = foreign.certificate("ca");
    CHECK(code_of_range(options) == errc::unavailable);
  }
  SECTION("a server of another name") {
    // 127.0.0.1 is what the certificate says.
    auto& endpoint = options.endpoints.front();
    endpoint.replace(endpoint.find("127.0.0.1"), 9, "127.0.0.2");
    CHECK(code_of_range(options) == errc::unavailable);
  }
  SECTION("without TLS") {
    options.endpoints.front().erase(4, 1);
    const auto code = code_of_range(options);
    CHECK((code == errc::unavailable || code == errc::protocol));
  }
}

TEST_CASE("etcd: files that are no certificate or key are named", "[etcd][tls]") {
  const temporary_directory directory;
  const authority ours{directory.path()};
  ours.sign("client");
  ours.sign("other");
  const auto garbage = (directory.path() / "garbage").string();
  std::ofstream{garbage} << "-----BEGIN CERTIFICATE-----\nabc\n";
  etcd_options options;
  options.endpoints = {"https://127.0.0.1:1"};
  options.ca_file = ours.certificate("ca");
  options.certificate_file = ours.certificate("client");
  options.key_file = ours.key("client");
  REQUIRE(open_etcd_control_store(options).has_value());
  const auto field = [&] {
    const auto opened = open_etcd_control_store(options);
    REQUIRE_FALSE(opened.has_value());
    CHECK(opened.error().code == errc::invalid_argument);
    return opened.error().field;
  };
  SECTION("no authority") {
    options.ca_file = GENERATE_COPY(std::string{}, garbage, garbage + "x");
    CHECK(field() == "ca_file");
  }
  SECTION("no certificate") {
    options.certificate_file = garbage;
    CHECK(field() == "certificate_file");
  }
  SECTION("the key of another") {
    options.key_file = GENERATE_COPY(ours.key("other"), garbage);
    CHECK(field() == "key_file");
  }
}

} // namespace warmfront::storage
