// SPF records of strangers, which include each other: every text that is asked for is the next line
// of the input, names are its first one. A walk ends, whatever they say.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/spf/check_host.hpp"
#include "net/spf/record.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront;
  std::string_view input{reinterpret_cast<const char*>(data), size};
  const auto next_line = [&] {
    const auto end = input.find('\n');
    const auto line = input.substr(0, end);
    input.remove_prefix(end == std::string_view::npos ? input.size() : end + 1);
    return std::string{line};
  };
  static_cast<void>(spf::parse_record(input));
  const spf::client who{size % 2 == 0 ? "192.0.2.3" : "2001:db8::3", next_line(),
                        "mail.example.com"};
  spf::answers known;
  for (std::size_t round = 0;; ++round) {
    const auto step = spf::check_host(who, known);
    if (step.decided)
      break;
    if (step.wanted.empty() || round > 150)
      std::abort();
    for (const auto& asked : step.wanted) {
      if (asked.name.empty() || asked.name.size() > 253)
        std::abort();
      auto line = next_line();
      const auto kind = line.empty() ? dns::answer_kind::no_data : dns::answer_kind::found;
      if (!known.emplace(asked, dns::record_answer{kind, {line, line + "x"}, {}}).second)
        std::abort();
    }
  }
  return 0;
}
