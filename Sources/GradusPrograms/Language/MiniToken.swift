// SPDX-License-Identifier: Apache-2.0

/// A word of a program text.
struct MiniToken: Sendable, Hashable {
  enum Kind: Sendable, Hashable {
    case word(String)
    /// Digits, read by whoever knows the sign.
    case whole(String)
    case real(Double)
    case text(String)
    case symbol(String)
    case end
  }

  var kind: Kind
  var place: MiniPlace

  /// As a message shows it.
  var shown: String {
    switch kind {
    case .word(let text), .whole(let text), .symbol(let text): "'\(text)'"
    case .real(let value): "'\(value)'"
    case .text: "a text"
    case .end: "the end"
    }
  }
}
