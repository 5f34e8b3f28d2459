// Reads copies and their marks back from the store. Blocks on the disk.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "actors/messages/replicas.hpp"
#include "actors/replication/bond_book.hpp"
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

  /// This node's unfinished messages whose copy is at a holder under a bond that has ended. Not
  /// those of adopted ones: they are not this node's any more.
  struct placed {
    std::vector<storage::spooled_message> messages;
    std::string next;
  };
  [[nodiscard]] result<placed> copies_at(std::uint16_t holder, const bond& present,
                                         std::string from, std::size_t most) const;

  /// Mails kept here for a primary under bonds that were adopted; of other ended bonds only keys.
  struct held {
    std::vector<adopted_mail> mails;
    storage::batch removal;  ///< removes `mails` from among the held ones
    storage::batch outdated; ///< removes those of bonds below `present` that nobody adopted
    std::string next;
  };
  [[nodiscard]] result<held> held_for(std::uint16_t primary, const bond& present, std::string from,
                                      std::size_t most) const;

  /// Mails kept here for a primary under a bond.
  struct id_page {
    std::vector<message_id> messages;
    std::string next;
  };
  [[nodiscard]] result<id_page> held_under(std::uint16_t primary, std::uint32_t bond,
                                           std::string from, std::size_t most) const;
  /// Whether a mail is unfinished and has its copy at a holder.
  [[nodiscard]] result<bool> is_copied_to(std::uint16_t holder, const message_id& id) const;

  /// At most `most` mails that are parked until a holder has said whose they are.
  [[nodiscard]] result<std::vector<message_id>> parked(std::uint16_t holder,
                                                       std::size_t most) const;
  /// A mail of this node with its recipients' states; none when it is gone.
  [[nodiscard]] result<std::optional<adopted_mail>> own_mail(const message_id& id) const;
  /// Whether a mail of a primary is this node's, or about to be.
  [[nodiscard]] result<bool> has_adopted(std::uint16_t primary, const message_id& id) const;

  /// Whether anything is kept here for a primary.
  [[nodiscard]] bool holds_for(std::uint16_t primary) const;

private:
  using states = std::vector<std::pair<std::uint32_t, storage::recipient_record>>;
  /// Entries of a prefix, from a key on; an empty key: from its first.
  [[nodiscard]] result<std::vector<storage::key_value>> scan(storage::family where,
                                                             const std::string& prefix,
                                                             const std::string& from,
                                                             std::size_t most) const;
  /// The recipients' states below a prefix; nothing is known of the others.
  [[nodiscard]] result<states> states_of(const std::string& prefix, std::size_t recipients) const;

  const storage::store& store_;
};

} // namespace warmfront
