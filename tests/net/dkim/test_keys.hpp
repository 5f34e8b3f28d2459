// Keys made for these tests; nothing else knows them.
#pragma once

namespace warmfront::testing {

/// RSA of 1 024 bits in PKCS #1.
inline constexpr const char* rsa_pkcs1 =
    "-----BEGIN RSA PRIVATE KEY-----\n"
    "MIICXQIBAAKBgQDeFpLIHW3x2uhtDViSmrHvu8UKk7dWFI6Sb+TIrI9VsAw7ylja\n"
    "BJpySfIuMlZrxuxCo8A4fCucIL+XSryDyBWf/RnYFe7vdCFdfdRro+pRDGaCBqL9\n"
    "yVmZ/ZPbnU5eoynHVGrlRnp1UgjNiNivdtgwIPWAZe9g21LNLE2kXa1jFwIDAQAB\n"
    "AoGAA8/1YxQGQCGW3dBd1d5r8YaSolTYz9R4ghEDp2I276ye+SPHFK8Bi7azPpHE\n"
    "pAL9KUOwWAfho8N4Jnu08rorjNRWkbz7EnDHVjLXPbij8QJyynfxbd/5zZBaot/F\n"
    "CVyXo+rQeA5mXBvqJaJc2salsf2W3LssMBy8EOLGrckn+uECQQDxlknJJOrJGO72\n"
    "gEOtWU7wkp+em0QbbmLGcF4kvw465qD7yTdYT7rDG7/UxLJ1vHdzY8BV/NKoJmfi\n"
    "CGYh7RKRAkEA61Z7g+aYKHd76fzf2uGkfqHXURIBuOouwpWrzMaUh+Re53LVGYkM\n"
    "anV2Q1OsG6ADeqFg76crdVn+Pk8gsFAfJwJBAN7xIRB1eBGyZ7ulLE9JrnaF6LWW\n"
    "dWiXGqIjyk1A3uHuOTuCOgfOM/yfnAy+pC3Qia87q5/um3w/TPijZZUDUXECQH4L\n"
    "ctohfmtmG3MmYkscQXsleWpNZ6i/nM3RVhO2ZEUoVoBGK8aidYjrYq0KuoqNOG/M\n"
    "0VtqQMd4rMh4nvxv3U8CQQCMkuy3SHZNNgFMZZbe7soRTc60gIY7OhEfrkCtNo9Z\n"
    "2Bsk+UCB+hwBF6MPB5gZ/NG5v48TInmtwtdkXNOn9qDl\n"
    "-----END RSA PRIVATE KEY-----\n";

/// RSA of 768 bits.
inline constexpr const char* rsa_768 =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIIB5gIBADANBgkqhkiG9w0BAQEFAASCAdAwggHMAgEAAmEAsFsFcg/9cyGuvJqk\n"
    "oLb6qY31059Zg6SbkKZ0loAcoeLsMNVXHR3GU10SvmXvuA5tv3cSNwZjkT040GHe\n"
    "Ca3a3yAVd/vTn0dJqBhIBxQ952YiB0nbhhtRPmnkg3TmbMpRAgMBAAECYQCruiaG\n"
    "WI27s9vcalXO7f8OZl8vkCbxarPVWlGDUAMRnM/UCZqHjrvV53beEpMozlpwCFDd\n"
    "6lAziLq1Ylcj41OpByLJOhCN+1rE3TUAMNj3xD6EFCvvvEdMgfvj4KKFA9UCMQDd\n"
    "IBolWFaGhvmUxgou2lOxurY3GLcbrecOtOPaTcpm/+tqOmsxa6U2Vl0wZMjPP/sC\n"
    "MQDMK1g9NzTniRzsGuzE5MmFiGanNlu4/PmT+AZcbpyDKpTp8wyvrnn4ISp/5aUI\n"
    "MSMCMAXFBqmeynMsJmr5V96tF631fzekz3JLcVHy6lcR3IwfdVcKOy3I70ChtEDF\n"
    "AHBX7QIxAKJiJwApFG7CYrp2f7HptU37OonrdfAfY/EH5ydE4j6Ac4fOw1xHDMMI\n"
    "veCTKTrmuQIxAMtsfX2oQoA9S7jpn0E/IOkQIQv/o128KpgrEGM/7NW/aRjXBye5\n"
    "8ExI/gu3wzMfcg==\n"
    "-----END PRIVATE KEY-----\n";

/// ECDSA on P-256.
inline constexpr const char* elliptic =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgvXDhcaIj7Vf+/CgZ\n"
    "88wGyYJJL1Dn1GfLKhbMAt7QA8qhRANCAAQspS8bMra8BUYs6aEnx3TvLLe7BVVy\n"
    "1/peLXZZPIGyFwEdHRu10UCgW1rScVcYhp5CYTUXHuzUOb89j1o7+yrX\n"
    "-----END PRIVATE KEY-----\n";

/// Ed25519 with a passphrase.
inline constexpr const char* encrypted =
    "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
    "MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjU9X55opqTkAICCAAw\n"
    "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEEgrDQ0wyd5RSepG5hJwVBUEQBHm\n"
    "F5Z5USFxNVEoDIkV/bBbez/KPg2ZhIUk7yyd1+vI8nymaSVcgPR0xLGh3iGAngKZ\n"
    "4xfxm7gx7rqY39CeLGs=\n"
    "-----END ENCRYPTED PRIVATE KEY-----\n";

} // namespace warmfront::testing
