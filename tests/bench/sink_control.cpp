#include "tests/bench/sink_control.hpp"

#include <map>
#include <sstream>

namespace warmfront::bench {
namespace {

bool set_fault(sink_rules& rules, const std::string& name) {
  static const std::map<std::string, sink_fault> faults{
      {"none", sink_fault::none},
      {"mute", sink_fault::mute},
      {"greet_421", sink_fault::greet_421},
      {"half_reply", sink_fault::half_reply},
      {"endless_reply", sink_fault::endless_reply},
      {"early_replies", sink_fault::early_replies},
      {"cut_in_body", sink_fault::cut_in_body},
      {"cut_after_dot", sink_fault::cut_after_dot},
  };
  const auto found = faults.find(name);
  if (found != faults.end()) {
    rules.fault = found->second;
  }
  return found != faults.end();
}

bool add_refusal(sink_rules& rules, std::istringstream& words, bool at_end_of_data) {
  sink_refusal refusal;
  words >> refusal.pattern >> std::ws;
  std::getline(words, refusal.reply);
  refusal.at_end_of_data = at_end_of_data;
  if (refusal.reply.size() < 3 || (refusal.reply[0] != '4' && refusal.reply[0] != '5')) {
    return false;
  }
  rules.refusals.push_back(refusal);
  return true;
}

bool set_milliseconds(std::chrono::milliseconds& delay, std::istringstream& words) {
  std::int64_t count = 0;
  if (!(words >> count) || count < 0) {
    return false;
  }
  delay = std::chrono::milliseconds{count};
  return true;
}

} // namespace

bool set_rule(sink_rules& rules, const std::string& text) {
  std::istringstream words(text);
  std::string name;
  std::string value;
  words >> name;
  if (name == "fault") {
    return (words >> value) && set_fault(rules, value);
  }
  if (name == "refuse" || name == "refuse_at_dot") {
    return add_refusal(rules, words, name == "refuse_at_dot");
  }
  if (name == "refuse_none") {
    rules.refusals.clear();
    return true;
  }
  if (name == "refuse_first") {
    return static_cast<bool>(words >> rules.refusals_first);
  }
  if (name == "without") {
    return (words >> value) && rules.without.insert(value).second;
  }
  if (name == "mails_per_connection") {
    return static_cast<bool>(words >> rules.mails_per_connection);
  }
  if (name == "reply_delay") {
    return set_milliseconds(rules.reply_delay, words);
  }
  if (name == "dot_delay") {
    return set_milliseconds(rules.dot_delay, words);
  }
  return name == "octet_delay" && set_milliseconds(rules.octet_delay, words);
}

std::string control(sink_rules& rules, sink_tally& tally, const std::string& line) {
  std::istringstream words(line);
  std::string verb;
  words >> verb;
  bool done = false;
  if (verb == "stat") {
    tally.flush();
    return tally.report();
  }
  if (verb == "reset") {
    std::uint32_t series = 0;
    done = static_cast<bool>(words >> series);
    if (done) {
      tally.reset(series);
    }
  } else if (verb == "dump") {
    std::string path;
    words >> std::ws;
    std::getline(words, path);
    done = tally.dump_numbers(path);
  } else {
    done = set_rule(rules, line);
  }
  return done ? R"({"done":true})" : R"({"done":false})";
}

} // namespace warmfront::bench
