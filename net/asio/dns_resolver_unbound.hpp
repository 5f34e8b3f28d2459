// What the resolver needs of libunbound: its context, and its answers as values. Inside `net/asio`
// only.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <unbound.h>

#include "net/asio/dns_resolver.hpp"
#include "net/dns/mx_route.hpp"

namespace warmfront::net {

struct context_delete {
  void operator()(ub_ctx* context) const noexcept { ub_ctx_delete(context); }
};
using unbound_context = std::unique_ptr<ub_ctx, context_delete>;

struct result_free {
  void operator()(ub_result* answer) const noexcept { ub_resolve_free(answer); }
};
using unbound_result = std::unique_ptr<ub_result, result_free>;

/// What became of a question; the text says why for `failed`.
[[nodiscard]] std::pair<dns::answer_kind, std::string> kind_of(int code, const ub_result* answer);

/// Whether DNSSEC vouches for an answer, also for one that says there is nothing.
[[nodiscard]] inline bool is_secure(const ub_result* answer) noexcept {
  return answer != nullptr && answer->secure != 0 && answer->bogus == 0;
}
/// What the name asked for is an alias of, in the form of `to_a_labels`; empty: of nothing.
[[nodiscard]] std::string canonical_of(const ub_result& answer);

template <class Take>
void each_record(const ub_result& answer, Take take) {
  for (std::size_t index = 0; answer.data[index] != nullptr; ++index) {
    take(std::string_view{answer.data[index], static_cast<std::size_t>(answer.len[index])});
  }
}

/// All records of an answer.
[[nodiscard]] dns::record_answer records_of(dns::record_type type, int code,
                                            const ub_result* answer);

/// A context in its threaded mode, set up by the options. `invalid_argument` names the option that
/// libunbound refused.
[[nodiscard]] result<unbound_context> make_unbound_context(const unbound_options& options);

} // namespace warmfront::net
