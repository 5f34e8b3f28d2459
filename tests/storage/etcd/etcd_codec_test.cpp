#include <catch2/catch.hpp>

#include <algorithm>

#include "actors/core/random.hpp"
#include "storage/etcd/base64.hpp"
#include "storage/etcd/etcd_codec.hpp"
#include "storage/etcd/watch_stream.hpp"

namespace warmfront::storage {

namespace {

const etcd_codec codec{"w/"};

constexpr auto created = R"({"result":{"header":{"revision":"9"},"created":true}})"
                         "\n";
/// One change of w/a (dy9h) and one deletion of w/b (dy9i).
constexpr auto two_events =
    R"({"result":{"header":{"revision":"9"},"events":[)"
    R"({"kv":{"key":"dy9h","create_revision":"3","mod_revision":"5","lease":"7","value":"MQ=="}},)"
    R"({"type":"DELETE","kv":{"key":"dy9i","mod_revision":"6"}}]}})"
    "\n";

} // namespace

TEST_CASE("etcd codec: base64 is read as it was written, and nothing else", "[codec]") {
  CHECK(to_base64("") == "");
  CHECK(to_base64("f") == "Zg==");
  CHECK(to_base64("fo") == "Zm8=");
  CHECK(to_base64("foo") == "Zm9v");
  seeded_random random{1};
  for (std::size_t size = 0; size < 100; ++size) {
    std::string octets;
    std::generate_n(std::back_inserter(octets), size,
                    [&] { return static_cast<char>(random.next()); });
    CHECK(from_base64(to_base64(octets)) == octets);
  }
  for (const auto* text :
       {"Z", "Zg", "Zg=", "Zg===", "=AAA", "A=AA", "AA=A", "====", "Zm9 ", "Zg==Zg==", "Zm\n9"}) {
    CAPTURE(text);
    CHECK_FALSE(from_base64(text).has_value());
  }
}

TEST_CASE("etcd codec: requests name keys below the prefix", "[codec]") {
  CHECK(codec.range_request("a", "", 0) == R"({"key":"dy9h","limit":"1000","range_end":"dy9i"})");
  CHECK(codec.range_request("", "a", 4) ==
        R"({"key":"dy9hAA==","limit":"1000","range_end":"dzA=","revision":"4"})");
  CHECK(etcd_codec{""}.range_request("", "", 0) ==
        R"({"key":"AA==","limit":"1000","range_end":"AA=="})");
  CHECK(codec.transaction_request({{{"a", 3}}, {{"a", "1", 7}, {"b", std::nullopt, 0}}}) ==
        R"({"compare":[{"key":"dy9h","mod_revision":"3","result":"EQUAL","target":"MOD"}],)"
        R"("success":[{"request_put":{"key":"dy9h","lease":"7","value":"MQ=="}},)"
        R"({"request_delete_range":{"key":"dy9i"}}]})");
}

TEST_CASE("etcd codec: answers of etcd are read", "[codec]") {
  const auto page = codec.range_answer(
      R"({"header":{"revision":"8"},"more":true,"kvs":[)"
      R"({"key":"dy9h","create_revision":"3","mod_revision":"5","lease":"7","value":"MQ=="}]})");
  REQUIRE(page.has_value());
  CHECK(page.value().at == 8);
  CHECK(page.value().more);
  CHECK(page.value().records == std::vector<control_record>{{"a", "1", 3, 5, 7}});
  CHECK(etcd_codec::transaction_answer(R"({"header":{"revision":"8"},"succeeded":true})")
            .value()
            .applied);
  CHECK_FALSE(etcd_codec::transaction_answer(R"({"header":{"revision":"8"}})").value().applied);
  CHECK(etcd_codec::grant_answer(R"({"ID":"12"})").value() == 12);
  CHECK(etcd_codec::keep_answer(R"({"result":{"ID":"12","TTL":"3"}})", 12).has_value());
  CHECK(etcd_codec::keep_answer(R"({"result":{"ID":"12"}})", 12).error().code == errc::not_found);
}

TEST_CASE("etcd codec: what etcd does not write is a breach of the protocol", "[codec]") {
  for (const auto* body :
       {"", "[]", "{}", "<html>", R"({"header":7})", R"({"header":{"revision":"-1"}})",
        R"({"header":{"revision":"1"},"kvs":[7]})", R"({"header":{"revision":"1"},"more":true})",
        R"({"header":{"revision":"1"},"kvs":[{"key":"b3V0c2lkZQ=="}]})",
        R"({"header":{"revision":"99999999999999999999"}})"}) {
    CAPTURE(body);
    CHECK(codec.range_answer(body).error().code == errc::protocol);
  }
  CHECK(etcd_codec::grant_answer("{}").error().code == errc::protocol);
}

TEST_CASE("etcd codec: errors of etcd keep their meaning", "[codec]") {
  const auto code = [](const std::string& number, const std::string& text) {
    return etcd_failure("ask", R"({"message":")" + text + R"(","code":)" + number + "}").code;
  };
  CHECK(code("3", "etcdserver: duplicate key given in txn request") == errc::invalid_argument);
  CHECK(code("3", "etcdserver: request is too large") == errc::limit_exceeded);
  CHECK(code("5", "etcdserver: requested lease not found") == errc::not_found);
  CHECK(code("7", "etcdserver: permission denied") == errc::refused);
  CHECK(code("8", "etcdserver: mvcc: database space exceeded") == errc::storage_full);
  CHECK(code("8", "etcdserver: too many requests") == errc::unavailable);
  CHECK(code("11", "etcdserver: mvcc: required revision has been compacted") == errc::not_found);
  CHECK(code("14", "etcdserver: no leader") == errc::unavailable);
  CHECK(code("300", "new") == errc::unavailable);
  CHECK(
      etcd_failure("ask", R"({"error":{"grpc_code":14,"message":"etcdserver: no leader"}})").code ==
      errc::unavailable);
  CHECK(etcd_failure("ask", "gone").code == errc::protocol);
}

TEST_CASE("watch stream: events come once, however they are cut and repeated", "[codec]") {
  const auto all = std::string{created} + two_events;
  for (std::size_t cut = 0; cut <= all.size(); ++cut) {
    watch_stream stream{codec, 5};
    static_cast<void>(stream.connect());
    auto seen = stream.take(all.substr(0, cut)).events;
    const auto rest = stream.take(all.substr(cut)).events;
    seen.insert(seen.end(), rest.begin(), rest.end());
    REQUIRE(seen.size() == 2);
    CHECK(seen[0].record == control_record{"a", "1", 3, 5, 7});
    CHECK(seen[1].deleted);
    CHECK(seen[1].record.key == "b");
    CHECK(stream.next() == 7);
    static_cast<void>(stream.connect());
    CHECK(stream.take(all).events.empty());
  }
}

TEST_CASE("watch stream: it begins one revision early and goes on where it was", "[codec]") {
  watch_stream stream{codec, 6};
  CHECK(stream.connect().find(R"("start_revision":"5")") != std::string::npos);
  CHECK(stream.take(two_events).events.size() == 1);
  CHECK(stream.connect().find(R"("start_revision":"6")") != std::string::npos);
  CHECK_FALSE(stream.answered());
  // What "created" says of the revision is no progress: events may be to come.
  CHECK(stream.take(created).events.empty());
  CHECK(stream.next() == 7);
  CHECK(stream.take("{\"result\":{\"header\":{\"revision\":\"40\"}}}\n").events.empty());
  CHECK(stream.next() == 41);
  watch_stream first{codec, 0};
  CHECK(first.connect().find(R"("start_revision":"1")") != std::string::npos);
}

TEST_CASE("watch stream: events before an error are not lost", "[codec]") {
  watch_stream stream{codec, 1};
  static_cast<void>(stream.connect());
  auto step = stream.take(std::string{two_events} +
                          R"({"result":{"canceled":true,"compact_revision":"30"}})" + "\n");
  CHECK(step.events.size() == 2);
  REQUIRE(step.failure.has_value());
  CHECK(step.failure->code == errc::not_found);
  static_cast<void>(stream.connect());
  step = stream.take(R"({"error":{"grpc_code":14,"message":"etcdserver: no leader"}})"
                     "\n");
  CHECK(step.failure->code == errc::unavailable);
}

TEST_CASE("watch stream: damaged answers never crash", "[codec][property]") {
  const auto seed = GENERATE(1U, 2U, 3U);
  CAPTURE(seed);
  seeded_random random{seed};
  for (int round = 0; round < 2'000; ++round) {
    auto text = std::string{created} + two_events;
    for (auto damage = random.next() % 4; damage > 0; --damage) {
      text[random.next() % text.size()] = static_cast<char>(random.next());
    }
    watch_stream stream{codec, 1};
    static_cast<void>(stream.connect());
    const auto step = stream.take(text);
    CHECK(step.events.size() <= 2);
    static_cast<void>(codec.range_answer(text).has_value());
    static_cast<void>(etcd_failure("ask", text));
  }
}

#ifdef WARMFRONT_WITHOUT_ETCD
TEST_CASE("etcd: not installed when this was built", "[etcd]") {
  WARN("the control store over etcd was not tested: install etcd-server");
}
#endif

} // namespace warmfront::storage
