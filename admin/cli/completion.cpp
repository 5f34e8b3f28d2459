#include "admin/cli/completion.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "admin/cli/render.hpp"

namespace warmfront::admin::cli {

namespace {

constexpr std::string_view bash_script = R"script(# bash completion of warmfront
_warmfront() {
  local line word words=() cut i
  # Bash takes colons and equal signs for ends of words: put together again what was one word.
  # Backslashes quote blanks here as there, hence no -r.
  read -a words <<<"${COMP_LINE:0:COMP_POINT}"
  [[ "${COMP_LINE:0:COMP_POINT}" == *[[:space:]] ]] && words+=("")
  COMPREPLY=()
  while IFS=$'\t' read -r line _; do
    COMPREPLY+=("$line")
  done < <(warmfront complete "${words[@]:1}" 2>/dev/null)
  # What stands before such an end is on the command line already.
  word="${words[${#words[@]} - 1]}"
  if [[ "$word" == *[:=]* && "$COMP_WORDBREAKS" == *[:=]* ]]; then
    cut="${word%"${word##*[:=]}"}"
    COMPREPLY=("${COMPREPLY[@]#"$cut"}")
  fi
  # Names are others' texts, and what stands on the command line is obeyed.
  for i in "${!COMPREPLY[@]}"; do
    [[ "${COMPREPLY[i]}" =~ ^[A-Za-z0-9@%+=:,./_-]*$ ]] ||
      printf -v "COMPREPLY[$i]" %q "${COMPREPLY[i]}"
  done
  [[ ${#COMPREPLY[@]} -eq 1 && "${COMPREPLY[0]}" == *= ]] && compopt -o nospace
  return 0
}
complete -o default -F _warmfront warmfront
)script";

constexpr std::string_view zsh_script = R"script(#compdef warmfront
# zsh completion of warmfront
_warmfront() {
  local -a found
  local line
  for line in "${(@f)$(warmfront complete "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -n "$line" ]] && found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
  done
  if (( ${#found} )); then
    _describe -V warmfront found
  else
    _files
  fi
}
if [[ "${funcstack[1]}" == _warmfront ]]; then
  _warmfront "$@"
else
  compdef _warmfront warmfront
fi
)script";

constexpr std::string_view fish_script = R"script(# fish completion of warmfront
function __warmfront_complete
  set -l words (commandline -opc) (commandline -ct)
  warmfront complete $words[2..-1] 2>/dev/null
end
complete -c warmfront -f -a '(__warmfront_complete)'
complete -c warmfront -n 'test -z "$(__warmfront_complete)"' -F
)script";

/// Where the names of a noun's things are, and what their field is called.
struct name_list {
  std::string_view argument; ///< of the reference
  std::string_view noun;     ///< empty: of any
  std::string_view path;
  std::string_view field;
};

constexpr name_list name_lists[] = {
    {"name", "pool", "/v1/pools?limit=200", "name"},
    {"name", "plan", "/v1/plans?limit=200", "name"},
    {"name", "node", "/v1/cluster", "name"},
    {"name", "template", "/v1/templates?limit=200", "name"},
    {"name", "group", "/v1/groups?limit=200", "name"},
    {"address", "ip", "/v1/ips?limit=200", "address"},
    {"address", "pool", "/v1/ips?limit=200", "address"},
    {"subject", "warmup", "/v1/ledgers?limit=200", "subject"},
    {"domain", "identity", "/v1/identities?limit=200", "domain"},
    {"id", "task", "/v1/tasks?limit=50", "id"},
    {"id", "webhook", "/v1/webhooks?limit=200", "id"},
    {"id", "key", "/v1/keys?limit=200", "id"},
    {"name", "account", "/v1/accounts?limit=200", "name"},
    {"account", "key", "/v1/accounts?limit=200", "name"},
    {"--account", "", "/v1/accounts?limit=200", "name"},
    {"id", "message", "/v1/messages?limit=20", "id"},
    {"id", "provision", "/v1/provisionings?limit=50", "id"},
    {"pool", "", "/v1/pools?limit=200", "name"},
    {"--pool", "", "/v1/pools?limit=200", "name"},
    {"plan", "", "/v1/plans?limit=200", "name"},
    {"--plan", "", "/v1/plans?limit=200", "name"},
    {"--node", "", "/v1/cluster", "name"},
    {"--template", "", "/v1/templates?limit=200", "name"},
    {"--group", "", "/v1/groups?limit=200", "name"},
};

/// Where the choices are few and do not change.
struct choice_list {
  std::string_view argument;
  std::array<std::string_view, 8> values;
  std::string_view noun{}; ///< empty: of any
};

constexpr choice_list choice_lists[] = {
    {"shell", {"bash", "zsh", "fish"}},
    {"--output", {"table", "json", "yaml"}},
    {"--role", {"admin", "operator", "sender", "viewer"}},
    {"--class", {"triggered", "batch"}},
    {"--advance", {"calendar", "on_use", "level"}},
    {"--spread", {"none", "even"}},
    {"--overflow", {"hold", "reject", "pool:"}},
    {"--on-failure", {"pause", "rollback"}},
    {"--misfire", {"once", "skip", "catch_up"}},
    {"--algorithm", {"rsa-sha256", "ed25519-sha256"}},
    {"--by", {"day", "domain", "provider", "ip", "task", "template", "receiver"}},
    {"--state",
     {"queued", "held", "deferred", "delivered", "bounced", "expired", "suppressed", "cancelled"}},
    {"--reason", {"manual", "hard_bounce", "complaint", "unsubscribe"}, "suppression"},
    {"--reason", {"backoff", "schedule", "task", "ledger", "pool", "queue"}, "queue"},
};

/// What the words before the last one say.
struct position {
  const ordered_json* command = nullptr; ///< the one they name
  std::string noun;
  const ordered_json* value_of = nullptr; ///< the option whose value comes next
  std::size_t arguments = 0;              ///< how many have been given
  std::vector<std::string> connection{"", ""};
};

std::string text_at(const ordered_json& of, const char* name) {
  return of.at(name).get<std::string>();
}

const ordered_json* find_option(const ordered_json& options, const std::string& word) {
  const auto found = std::find_if(options.begin(), options.end(), [&](const ordered_json& each) {
    return text_at(each, "name") == word || each.value("short", "") == word;
  });
  return found == options.end() ? nullptr : &*found;
}

const ordered_json* option_named(const ordered_json& reference, const position& at,
                                 const std::string& word) {
  const auto* found = find_option(reference.at("options"), word);
  return found == nullptr && at.command != nullptr ? find_option(at.command->at("options"), word)
                                                   : found;
}

void take_value(position& at, const std::string& option, const std::string& value) {
  if (option == "--server" || option == "--key") {
    at.connection[option == "--key" ? 1 : 0] = value;
  }
}

const ordered_json* find_named(const ordered_json& reference, const std::string& noun,
                               const std::string& verb) {
  for (const auto& each : reference.at("commands")) {
    if (text_at(each, "noun") == noun && text_at(each, "verb") == verb) {
      return &each;
    }
  }
  return nullptr;
}

/// Nouns that stand alone are commands at once; others with their verb. Some are both.
void take_name(const ordered_json& reference, position& at, const std::string& word) {
  const auto* const found =
      at.noun.empty() ? find_named(reference, word, {}) : find_named(reference, at.noun, word);
  if (at.noun.empty()) {
    at.noun = word;
  } else if (found == nullptr && at.command != nullptr) {
    ++at.arguments; // of the noun that stands alone
  }
  at.command = found != nullptr ? found : at.command;
}

/// Whether a verb may still come.
bool awaits_verb(const position& at) {
  return at.command == nullptr || (text_at(*at.command, "verb").empty() && at.arguments == 0);
}

position read_words(const ordered_json& reference, const std::vector<std::string>& words) {
  position at;
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const auto& word = words[i];
    if (at.value_of != nullptr) {
      take_value(at, text_at(*at.value_of, "name"), word);
      at.value_of = nullptr;
    } else if (word.starts_with('-')) {
      const auto equals = word.find('=');
      const auto* const option = option_named(reference, at, word.substr(0, equals));
      if (option != nullptr && equals != std::string::npos) {
        take_value(at, text_at(*option, "name"), word.substr(equals + 1));
      } else if (option != nullptr && text_at(*option, "value") != "" &&
                 text_at(*option, "name") != "--watch") {
        at.value_of = option;
      }
    } else if (awaits_verb(at)) {
      take_name(reference, at, word);
    } else {
      ++at.arguments;
    }
  }
  return at;
}

/// The lines that begin with what has been typed.
class candidates {
public:
  explicit candidates(std::string typed) : typed_{std::move(typed)} {}
  void add(const std::string& word, const std::string& about) {
    if (word.starts_with(typed_) && word != last_) {
      text_ += word + '\t' + about + '\n';
      last_ = word;
    }
  }
  [[nodiscard]] const std::string& typed() const { return typed_; }
  [[nodiscard]] std::string text() const { return text_; }

private:
  std::string typed_;
  std::string last_;
  std::string text_;
};

/// Names and choices of one argument or option, each behind `before`.
void add_values(candidates& to, const position& at, const ordered_json& of, const std::string& noun,
                const name_source& names, const std::string& before = {}) {
  const auto wanted = text_at(of, "name");
  const auto choices =
      std::find_if(std::begin(choice_lists), std::end(choice_lists), [&](const auto& each) {
        return each.argument == wanted && (each.noun.empty() || each.noun == noun);
      });
  if (choices != std::end(choice_lists)) {
    for (const auto each : choices->values) {
      if (!each.empty()) {
        to.add(before + std::string{each}, "");
      }
    }
    return;
  }
  const auto list =
      std::find_if(std::begin(name_lists), std::end(name_lists), [&](const auto& each) {
        return each.argument == wanted && (each.noun.empty() || each.noun == noun);
      });
  if (list == std::end(name_lists)) {
    return;
  }
  const auto answer = names(std::string{list->path}, at.connection);
  const char* const items = list->path == "/v1/cluster" ? "nodes" : "items";
  if (!answer.is_object() || !answer.contains(items) || !answer.at(items).is_array()) {
    return;
  }
  for (const auto& each : answer.at(items)) {
    const auto found = each.is_object() ? each.find(list->field) : each.end();
    if (found != each.end()) {
      to.add(before + inert(found->is_string() ? found->get<std::string>() : found->dump()), "");
    }
  }
}

void add_options(candidates& to, const ordered_json& options) {
  for (const auto& each : options) {
    to.add(text_at(each, "name"), text_at(each, "about"));
  }
}

void add_names(candidates& to, const ordered_json& reference, const position& at) {
  for (const auto& each : reference.at("commands")) {
    if (at.noun.empty()) {
      const auto has_verbs = text_at(each, "verb") != "";
      to.add(text_at(each, "noun"), has_verbs ? "" : text_at(each, "about"));
    } else if (text_at(each, "noun") == at.noun && text_at(each, "verb") != "") {
      to.add(text_at(each, "verb"), text_at(each, "about"));
    }
  }
}

} // namespace

std::string completion_script(std::string_view shell) {
  if (shell == "bash") {
    return std::string{bash_script};
  }
  if (shell == "zsh") {
    return std::string{zsh_script};
  }
  return std::string{shell == "fish" ? fish_script : ""};
}

std::string completions(const ordered_json& reference, const std::vector<std::string>& words,
                        const name_source& names) {
  const auto at = read_words(reference, words);
  candidates to{words.empty() ? std::string{} : words.back()};
  const auto equals = to.typed().find('=');
  if (at.value_of != nullptr) {
    add_values(to, at, *at.value_of, at.noun, names);
  } else if (to.typed().starts_with("--") && equals != std::string::npos) {
    if (const auto* option = option_named(reference, at, to.typed().substr(0, equals))) {
      add_values(to, at, *option, at.noun, names, to.typed().substr(0, equals + 1));
    }
  } else if (to.typed().starts_with('-')) {
    if (at.command != nullptr) {
      add_options(to, at.command->at("options"));
    }
    add_options(to, reference.at("options"));
  } else {
    if (awaits_verb(at)) {
      add_names(to, reference, at);
    }
    const auto* const arguments = at.command != nullptr ? &at.command->at("arguments") : nullptr;
    if (arguments != nullptr && at.arguments < arguments->size()) {
      add_values(to, at, arguments->at(at.arguments), at.noun, names);
    }
  }
  return to.text();
}

} // namespace warmfront::admin::cli
