#include "tests/admin/cloud_client.hpp"

#include <catch2/catch.hpp>

#include <fmt/core.h>

#include "admin/tencent/keyed_hash.hpp"

namespace warmfront::testing {

using namespace admin::tencent;

std::string cloud_client::signed_post(const std::string& action, const std::string& body) const {
  const auto now = node_.time.wall_now() + clock_off;
  const auto timestamp = std::chrono::floor<seconds>(now).time_since_epoch().count();
  const auto date = to_date(day_of(now));
  const auto canonical = "POST\n/\n\ncontent-type:application/json\nhost:localhost\n\n"
                         "content-type;host\n" +
                         to_hex(sha256(body));
  const auto text = fmt::format("TC3-HMAC-SHA256\n{}\n{}/ses/tc3_request\n{}", timestamp, date,
                                to_hex(sha256(canonical)));
  auto key = "TC3" + secret;
  for (const std::string& part : {date, std::string{"ses"}, std::string{"tc3_request"}, text})
    key = hmac(hash_kind::sha256, key, part);
  return fmt::format("POST / HTTP/1.1\r\nHost: localhost\r\nX-TC-Action: {}\r\n"
                     "X-TC-Version: 2020-10-02\r\nX-TC-Timestamp: {}\r\nX-TC-TraceId: trace-1\r\n"
                     "Content-Type: application/json\r\n"
                     "Authorization: TC3-HMAC-SHA256 Credential={}/{}/ses/tc3_request, "
                     "SignedHeaders=content-type;host, Signature={}\r\nContent-Length: {}\r\n\r\n",
                     action, timestamp, key_id_, date, to_hex(key), body.size()) +
         body;
}

raw_response cloud_client::send(const std::string& request) {
  raw_client client{node_.port()};
  client.send(request);
  return client.receive();
}

admin::json cloud_client::call(const std::string& action, const admin::json& parameters) {
  CAPTURE(action);
  const auto response = send(signed_post(action, parameters.dump()));
  REQUIRE(response.status == 200);
  CHECK(response.field("Content-Type") == "application/json");
  CHECK(response.field("X-TC-TraceId") == "trace-1");
  auto answer = std::get<admin::json>(admin::parse_json(response.body))["Response"];
  CHECK(answer["RequestId"].get<std::string>().size() == 36);
  return answer;
}

std::string cloud_client::refusal(const std::string& action, const admin::json& parameters) {
  const auto answer = call(action, parameters);
  return answer.contains("Error") ? answer["Error"]["Code"].get<std::string>() : std::string{};
}

} // namespace warmfront::testing
