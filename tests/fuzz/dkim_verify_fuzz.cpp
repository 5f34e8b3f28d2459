// Mails of strangers: their signatures are read and checked, never trusted. The input is the key
// record of all of them, a line end, and the mail.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "net/dkim/verify.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront::dkim;
  const std::string_view input{reinterpret_cast<const char*>(data), size};
  const auto end = input.find('\n');
  const auto mail = end == std::string_view::npos ? input : input.substr(end + 1);
  const verification checked{mail};
  key_answers answers;
  for (const auto& name : checked.questions()) {
    if (name.size() > 253)
      std::abort();
    answers[name] = {warmfront::dns::answer_kind::found, {std::string{input.substr(0, end)}}, {}};
  }
  const warmfront::wall_time now{std::chrono::seconds{1'800'000'000}};
  for (const auto& verdict : checked.conclude(answers, now))
    if (verdict.why.empty() != (verdict.kind == verdict_kind::pass))
      std::abort();
  return 0;
}
