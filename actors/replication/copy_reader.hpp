// Reads copies and their marks back from the store. Blocks on the disk.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "actors/messages/replicas.hpp"
#include "storage/copies.hpp"
#include "storage/store.hpp"

namespace warmfront {

class copy_reader {
public:
  explicit copy_reader(const storage::store& from) : store_{from} {}

  struct copies {
    std::vector<stored_copy> mails;
    std::vector<std::string> obsolete; ///< marks of messages that have ended
    std::string next;                  ///< continue there; empty: that was all
  };
  /// Messages that a holder has not confirmed, from a mark on. `content` false: without bodies.
  [[nodiscard]] result<copies> unsent(std::uint16_t holder, std::string from, std::size_t most,
                                      bool content = true) const;

  struct outcomes {
    std::vector<copy_progress> recipients;
    std::string next;
  };
  [[nodiscard]] result<outcomes> unsent_progress(std::uint16_t holder, std::string from,
                                                 std::size_t most) const;

  /// Marks of outcomes of messages whose copy is not at the holder under a bond from `bond` on.
  struct mark_page {
    storage::batch removal;
    std::string next;
  };
  [[nodiscard]] result<mark_page> outdated_progress(std::uint16_t holder, std::uint32_t bond,
                                                    std::string from, std::size_t most) const;

  /// This node's unfinished messages whose copy is at a holder, of a bond other than `bond`.
  struct placed {
    std::vector<storage::spooled_message> messages;
    std::string next;
  };
  [[nodiscard]] result<placed> copies_at(std::uint16_t holder, std::uint32_t bond, std::string from,
                                         std::size_t most) const;

  /// Mails kept here for a primary, of bonds that `wanted` lists; of others only the keys.
  struct held {
    std::vector<adopted_mail> mails;
    storage::batch removal;  ///< removes `mails` from among the held ones
    storage::batch outdated; ///< removes those of bonds below `present` that nobody adopted
    std::string next;
  };
  [[nodiscard]] result<held> held_for(std::uint16_t primary,
                                      const std::vector<std::uint32_t>& wanted,
                                      std::uint32_t present, std::string from,
                                      std::size_t most) const;

  /// Whether anything is kept here for a primary.
  [[nodiscard]] bool holds_for(std::uint16_t primary) const;

private:
  const storage::store& store_;
};

} // namespace warmfront
