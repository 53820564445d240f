// SPDX-License-Identifier: Apache-2.0

/// Finds words in the bytes of a text: doubles look for many in every prompt, and strings search slowly.
package enum ByteSearch {
  /// Where a word begins the last time; nil where it does not occur.
  package static func last(_ word: String, in text: [UInt8]) -> Int? {
    var word = word
    return word.withUTF8 { word in
      text.withUnsafeBufferPointer { text in
        guard let first = word.first, word.count <= text.count else { return nil }
        var k = text.count - word.count
        while k >= 0 {
          if text[k] == first {
            var j = 1
            while j < word.count, text[k + j] == word[j] { j += 1 }
            if j == word.count { return k }
          }
          k -= 1
        }
        return nil
      }
    }
  }
}
