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

  /// Removes a mail kept for a primary.
  static void remove_held(storage::batch& to, std::uint16_t primary, const message_id& id);

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
    storage::batch removal;           ///< removes `mails` from among the held ones
    std::vector<message_id> outdated; ///< those of bonds below `present` that nobody adopted
    std::string next;
  };
  /// `primary`: its number, and the bond under which it may still hold mails that were given up.
  [[nodiscard]] result<held> held_for(const storage::message_copy& primary, const bond& present,
                                      std::string from, std::size_t most) const;

  /// Mails given up for a holder, which has not taken them yet. Without content.
  struct offer_mail {
    std::shared_ptr<spooled_mail> mail;
    std::vector<std::pair<std::uint32_t, storage::recipient_record>> recipients;
  };
  struct offers {
    std::vector<message_id> ids;
    std::vector<offer_mail> mails;
    std::vector<std::string> obsolete; ///< marks of mails that are not kept here any more
  };
  [[nodiscard]] result<offers> offered(std::uint16_t holder, std::size_t most) const;
  /// Ends the offers of mails that a holder has not taken as they were offered: it knows nothing of
  /// them, and they are this node's again, or it owns them with a copy that is not the one here.
  [[nodiscard]] result<held> not_taken(std::uint16_t holder, const std::vector<message_id>& unknown,
                                       const std::vector<message_id>& elsewhere) const;
  /// What a primary offers, to hold the copies under `back`: mails kept here, with the states that
  /// it tells.
  struct takeable {
    std::vector<adopted_mail> mails;
    storage::batch removal;            ///< removes `mails` from among the held ones
    std::vector<message_id> unknown;   ///< neither kept here nor taken already
    std::vector<message_id> elsewhere; ///< taken already, with another copy than `back`
  };
  /// `unavailable` while one of them is parked.
  [[nodiscard]] result<takeable> take(const storage::message_copy& back,
                                      const std::vector<stored_copy>& offered) const;
  /// Whether a holder has not yet said that it has taken or adopted a mail.
  [[nodiscard]] result<bool> is_offered_to(std::uint16_t holder, const message_id& id) const;
  /// Mails taken over from a node, alive or dead, that may not know it yet.
  struct unsettled {
    std::vector<message_id> ids;
    std::string next;
  };
  [[nodiscard]] result<unsettled> taken_from(std::uint16_t node, std::string from,
                                             std::size_t most) const;
  /// Messages whose copy a holder is asked to drop.
  [[nodiscard]] result<std::vector<message_id>> recalled(std::uint16_t holder,
                                                         std::size_t most) const;
  /// Of these the unfinished ones that are recalled, as they are now; `obsolete`: marks of others.
  struct dropped {
    std::vector<storage::spooled_message> messages;
    std::vector<std::string> obsolete;
  };
  [[nodiscard]] result<dropped> was_dropped(std::uint16_t holder,
                                            const std::vector<message_id>& ids) const;
  /// Whether no mail waits on this node, and nobody is to be told of any.
  [[nodiscard]] bool has_nothing_to_do() const;

  /// Mails kept here for a primary under a bond, without those given up for it.
  struct id_page {
    std::vector<message_id> messages;
    std::string next;
  };
  [[nodiscard]] result<id_page> held_under(std::uint16_t primary, std::uint32_t bond,
                                           std::string from, std::size_t most) const;
  /// Whether a mail is unfinished and has its copy at a holder, or is given up for it.
  [[nodiscard]] result<bool> is_copied_to(std::uint16_t holder, const message_id& id) const;

  /// At most `most` mails that are parked until a holder has said whose they are.
  [[nodiscard]] result<std::vector<message_id>> parked(std::uint16_t holder,
                                                       std::size_t most) const;
  /// A mail of this node with its recipients' states; none when it is gone.
  [[nodiscard]] result<std::optional<adopted_mail>> own_mail(const message_id& id) const;
  /// Whether this node keeps a copy of a mail under one of these bonds, each with its primary's
  /// number as the holder: then the mail is that one's.
  [[nodiscard]] result<bool> is_kept(const message_id& id,
                                     const std::vector<storage::message_copy>& bonds) const;
  /// Whether a mail of this node waits for its holder to say whose it is.
  [[nodiscard]] result<bool> is_parked(const storage::spooled_message& own) const;
  /// Whether a mail that was parked is still what it was then: of an earlier bond with its holder.
  /// It may have been adopted from another holder since, or be gone.
  [[nodiscard]] result<bool> waits_for(const storage::message_copy& present,
                                       const message_id& id) const;
  /// Whether a mail that a former owner has offered is, or was, this node's.
  [[nodiscard]] result<bool> has_taken(std::uint16_t former, const message_id& id) const;
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
  /// A held mail; none when all its recipients have ended.
  [[nodiscard]] result<std::optional<adopted_mail>>
  held_mail(std::uint16_t primary, storage::spooled_message message) const;
  /// The recipients' states below a prefix; nothing is known of the others.
  [[nodiscard]] result<states> states_of(const std::string& prefix, std::size_t recipients) const;

  const storage::store& store_;
};

} // namespace warmfront
