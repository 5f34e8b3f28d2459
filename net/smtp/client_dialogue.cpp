#include "net/smtp/client_dialogue.hpp"

#include <cassert>
#include <utility>

#include "net/smtp/client_verdicts.hpp"

namespace warmfront::smtp {

std::string_view to_string(client_wait value) noexcept {
  switch (value) {
  case client_wait::nothing:
    return "nothing";
  case client_wait::greeting:
    return "the greeting";
  case client_wait::command:
    return "a reply to a command";
  case client_wait::data_start:
    return "the reply to DATA";
  case client_wait::data_block:
    return "room for more of the content";
  case client_wait::data_end:
    return "the reply to the final dot";
  case client_wait::idle:
    return "work";
  case client_wait::quit:
    return "the reply to QUIT";
  }
  return "nothing";
}

void client_dialogue::on_connected(session_terms terms) {
  assert(under_way_.empty());
  output_.clear();
  extensions_ = {};
  terms_ = std::move(terms);
  in_tls_ = false;
  reset_needed_ = false;
  phase_ = phase::greeting;
}

client_wait client_dialogue::wait() const noexcept {
  switch (phase_) {
  case phase::greeting:
    return client_wait::greeting;
  case phase::quit:
    return client_wait::quit;
  case phase::ended:
    return client_wait::nothing;
  case phase::ehlo:
  case phase::helo:
  case phase::starttls:
  case phase::handshake:
    return client_wait::command;
  case phase::ready:
    break;
  }
  if (under_way_.empty()) {
    return client_wait::idle;
  }
  switch (under_way_.front().awaited) {
  case step::data:
    return client_wait::data_start;
  case step::content:
    return output_.written() < under_way_.front().data_end ? client_wait::data_block
                                                           : client_wait::data_end;
  default:
    return client_wait::command;
  }
}

void client_dialogue::on_reply(reply answer, client_actions& actions) {
  if (phase_ == phase::ended) {
    return;
  }
  if (phase_ == phase::ready) {
    on_transaction_reply(std::move(answer), actions);
  } else if (phase_ == phase::quit) {
    end(std::move(answer), no_reply("the connection was closed"), actions);
  } else {
    introduce(std::move(answer), actions);
  }
}

void client_dialogue::introduce(reply answer, client_actions& actions) {
  if (phase_ != phase::greeting && !output_.empty()) {
    violate("the peer answered before it was asked", actions);
    return;
  }
  const bool refused = !completed(answer);
  switch (phase_) {
  case phase::greeting:
    if (!refused) {
      phase_ = phase::ehlo;
      output_.append_text("EHLO " + helo_ + "\r\n");
    }
    break;
  case phase::ehlo:
    if (!refused) {
      on_ehlo(answer, actions);
    } else if (answer.permanent()) {
      phase_ = phase::helo; // RFC 5321 §3.2: a server may know HELO only
      output_.append_text("HELO " + helo_ + "\r\n");
      return;
    }
    break;
  case phase::helo:
    if (!refused) {
      become_ready(actions);
    }
    break;
  case phase::starttls:
    if (answer.code == 421) {
      break;
    }
    if (refused && terms_.tls_required) {
      refuse_clear_text("refuses STARTTLS (" + to_string(answer) + ")", actions);
      return;
    }
    if (refused) {
      become_ready(actions); // opportunistic: as if it had not been offered
      return;
    }
    phase_ = phase::handshake;
    actions.emplace_back(tls_wanted{});
    break;
  default:
    violate("the peer answered during the TLS handshake", actions);
    return;
  }
  if (refused) {
    refuse_peer(answer, actions);
  }
}

void client_dialogue::refuse_peer(const reply& why, client_actions& actions) {
  end(why, why, actions);
  output_.append_text("QUIT\r\n");
}

// RFC 8461 §5, RFC 7672 §2.2: in clear text the mail would be readable for whoever made the host
// look as if it could not do TLS.
void client_dialogue::refuse_clear_text(std::string_view what, client_actions& actions) {
  std::string text =
      "TLS is required by " + terms_.required_by + ", and the host " + std::string{what};
  refuse_peer(terms_.requiretls ? reply{550, "5.7.10", std::move(text)}
                                : reply{451, "4.7.4", std::move(text)},
              actions);
  std::get<session_ended>(actions.back()).without_starttls = true;
}

void client_dialogue::on_ehlo(const reply& answer, client_actions& actions) {
  extensions_ = parse_extensions(answer.text);
  if (extensions_.starttls && terms_.starttls && !in_tls_) {
    phase_ = phase::starttls;
    output_.append_text("STARTTLS\r\n");
    return;
  }
  become_ready(actions);
}

void client_dialogue::become_ready(client_actions& actions) {
  if (terms_.tls_required && !in_tls_) {
    refuse_clear_text("does not offer STARTTLS", actions);
    return;
  }
  if (terms_.requiretls && !extensions_.requiretls) {
    refuse_peer(requiretls_missing(), actions);
    return;
  }
  phase_ = phase::ready;
  opened_ = true;
  actions.emplace_back(session_opened{});
  run_queue(actions);
}

void client_dialogue::on_tls() {
  assert(phase_ == phase::handshake);
  extensions_ = {};
  in_tls_ = true;
  phase_ = phase::ehlo;
  output_.append_text("EHLO " + helo_ + "\r\n");
}

void client_dialogue::on_lost(std::string_view why, client_actions& actions) {
  if (phase_ != phase::ended) {
    end(no_reply(why), no_reply(why), actions);
  }
}

void client_dialogue::violate(std::string_view what, client_actions& actions) {
  end(no_reply(what), no_reply(what), actions);
}

void client_dialogue::transmit(std::vector<transmission> transmissions, client_actions& actions) {
  for (transmission& mail : transmissions) {
    if (closing_ || (opened_ && phase_ != phase::ready)) {
      unsent_.push_back(mail.id);
    } else {
      queue_.push_back(std::move(mail));
    }
  }
  if (phase_ == phase::ready) {
    run_queue(actions);
  }
}

void client_dialogue::close(client_actions& actions) {
  closing_ = true;
  if (phase_ == phase::ready) {
    run_queue(actions);
  }
}

void client_dialogue::abandon(client_actions& actions) {
  for (const transmission& mail : queue_) {
    unsent_.push_back(mail.id);
  }
  queue_.clear();
  close(actions);
}

std::vector<transmission_id> client_dialogue::take_unsent() {
  for (const transmission& mail : queue_) {
    unsent_.push_back(mail.id);
  }
  queue_.clear();
  return std::exchange(unsent_, {});
}

void client_dialogue::finish(client_actions& actions) {
  under_way& done = under_way_.front();
  actions.emplace_back(
      transmission_finished{done.mail.id, std::move(done.verdicts), false, true, extensions_.dsn});
  under_way_.pop_front();
}

void client_dialogue::end(reply reason, const reply& verdict, client_actions& actions) {
  phase_ = phase::ended;
  for (under_way& current : under_way_) {
    if (output_.written() <= current.mail_begin) {
      unsent_.push_back(current.mail.id);
      continue;
    }
    const bool in_doubt = current.awaited == step::content && current.accepted > 0 &&
                          output_.written() >= current.data_end;
    fill_open(current.verdicts, verdict);
    actions.emplace_back(transmission_finished{current.mail.id, std::move(current.verdicts),
                                               in_doubt, true, extensions_.dsn});
  }
  under_way_.clear();
  output_.clear(); // half a content or a group must not follow
  session_ended ended{opened_, std::move(reason), {}};
  if (opened_) {
    ended.unsent = take_unsent();
  }
  actions.emplace_back(std::move(ended));
}

} // namespace warmfront::smtp
