// The sink's standard input: one command a line, each answered by one line of JSON.
#pragma once

#include <string>

#include "tests/bench/sink_rules.hpp"
#include "tests/bench/sink_tally.hpp"

namespace warmfront::bench {

/// Sets one rule from its name and value, as the options and the commands of the sink write it:
/// `fault mute`, `refuse '*@full.test' 452 4.2.2 full`, `refuse_at_dot …`, `refuse_none`,
/// `refuse_first 2`, `without PIPELINING`, `mails_per_connection 5`, and `reply_delay`,
/// `dot_delay`, `octet_delay` in milliseconds.
/// @returns false when the rule is unknown or its value makes no sense.
[[nodiscard]] bool set_rule(sink_rules& rules, const std::string& text);

/// Does what one line says: `stat`, `reset SERIES`, `dump FILE`, or a rule.
/// @returns the line of JSON to answer.
[[nodiscard]] std::string control(sink_rules& rules, sink_tally& tally, const std::string& line);

} // namespace warmfront::bench
