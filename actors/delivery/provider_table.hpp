// Which receiving provider a destination belongs to.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/ids.hpp"

namespace warmfront {

/// A group of MX hosts that share one view of a sender.
struct receiving_provider {
  provider_name name;
  std::vector<std::string> domains; ///< of recipients, exactly
  std::vector<std::string> hosts;   ///< MX hosts: these domains and all below them
};

/// The large providers as built in, after those of the configuration. Immutable.
class provider_table {
public:
  /// `more` goes before what is built in; an entry of a built-in name extends it.
  explicit provider_table(std::vector<receiving_provider> more = {});

  /// By the recipient's domain; else when all its MX hosts are of one provider; else the MX set
  /// itself is the provider: its sorted names, shortened to 200 octets and a hash when longer.
  [[nodiscard]] provider_name find(std::string_view domain,
                                   std::span<const std::string> hosts) const;

private:
  [[nodiscard]] const receiving_provider* of_host(std::string_view host) const;

  std::vector<receiving_provider> entries_;
};

} // namespace warmfront
