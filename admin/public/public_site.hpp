// What the public address answers: pictures, redirects, and who wants no more mail. Pure.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "actors/core/clock.hpp"
#include "actors/messages/feedback.hpp"
#include "admin/http/http_message.hpp"
#include "admin/public/automation.hpp"
#include "net/feedback/token.hpp"
#include "net/smtp/server_networks.hpp"

namespace warmfront::admin {

struct public_answer {
  http_response response;
  std::optional<feedback_item> event; ///< what happened; none: nothing
  /// The response says that the event is recorded: to be sent once it is; `pages::try_again` else.
  bool promises = false;
};

/// Nothing here changes by GET or HEAD but what is counted; nothing is set on the client; a target
/// is only followed when this cluster has put it into a mail. Thread-safe.
class public_site {
public:
  /// `tokens` null: no link is ours. Of clients in the networks of `proxies` X-Forwarded-For is
  /// believed.
  public_site(std::shared_ptr<const feedback::token_key> tokens, smtp::network_list proxies)
      : tokens_{std::move(tokens)}, proxies_{std::move(proxies)} {}

  [[nodiscard]] public_answer answer(const http_request& request, wall_time now,
                                     steady_time steady);

private:
  [[nodiscard]] std::optional<mail_subject> subject_of(std::string_view token) const;
  [[nodiscard]] feedback_item make_event(event_kind what, mail_subject about,
                                         const http_request& request, wall_time now) const;
  [[nodiscard]] std::string client_of(const http_request& request) const;
  [[nodiscard]] public_answer open(std::string_view name, const http_request& request,
                                   wall_time now) const;
  [[nodiscard]] public_answer click(std::string_view token, std::string_view query,
                                    const http_request& request, wall_time now, steady_time steady);
  [[nodiscard]] public_answer unsubscribe(std::string_view token, const http_request& request,
                                          wall_time now) const;

  std::shared_ptr<const feedback::token_key> tokens_;
  smtp::network_list proxies_;
  click_memory clicks_;
};

} // namespace warmfront::admin
