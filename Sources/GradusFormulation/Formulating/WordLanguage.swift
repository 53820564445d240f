// SPDX-License-Identifier: Apache-2.0

/// Whether a text is English, as far as its words say.
///
///     s = words that every English text has / all words, English where s ≥ 0.12, or where there are fewer than 8 words
///
/// A guess by 40 words, for what depends on it: how a comma in a number is read, and what a text without a question is told.
enum WordLanguage {
  private static let common: Set<String> = [
    "the", "a", "an", "of", "and", "to", "in", "is", "are", "be", "for", "each", "at", "on", "with", "has", "have",
    "can",
    "must", "by", "from", "it", "that", "or", "not", "no", "than", "more", "least", "most", "many", "how", "what",
    "which",
    "per", "total", "there", "their", "they", "all",
  ]

  static func isEnglish(_ text: String) -> Bool {
    let words = text.lowercased().split { !$0.isLetter }
    guard words.count >= 8 else { return words.allSatisfy { $0.utf8.count < 2 * $0.count } }
    return 100 * words.count { common.contains(String($0)) } >= 12 * words.count
  }
}
