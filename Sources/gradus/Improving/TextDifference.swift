// SPDX-License-Identifier: Apache-2.0
import GradusDashboard

/// What became of a text, word by word.
struct TextDifference {
  /// Words beyond which two texts are shown one after the other.
  private static let limit = 4000
  private let parts: [(text: String, kind: Kind)]

  private enum Kind { case same, old, new }

  init(from old: String, to new: String) {
    let (a, b) = (Self.words(old), Self.words(new))
    guard a.count + b.count <= Self.limit else {
      parts = [(old, .old), (new, .new)]
      return
    }
    let change = b.difference(from: a)
    var (removed, inserted) = (Set<Int>(), Set<Int>())
    for step in change {
      switch step {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): inserted.insert(offset)
      }
    }
    var parts: [(text: String, kind: Kind)] = []
    func add(_ text: String, _ kind: Kind) {
      if let last = parts.last, last.kind == kind {
        parts[parts.count - 1].text += text
      } else {
        parts.append((text, kind))
      }
    }
    var (i, j) = (0, 0)
    while i < a.count || j < b.count {
      if i < a.count, removed.contains(i) {
        add(a[i], .old)
        i += 1
      } else if j < b.count, inserted.contains(j) {
        add(b[j], .new)
        j += 1
      } else {
        add(a[i], .same)
        (i, j) = (i + 1, j + 1)
      }
    }
    self.parts = parts
  }

  /// Words with the blanks behind them, so that nothing is lost.
  private static func words(_ text: String) -> [String] {
    var words: [String] = []
    var wasBlank = true
    for c in text {
      let isBlank = c.isWhitespace
      if wasBlank, !isBlank || words.isEmpty { words.append("") }
      words[words.count - 1].append(c)
      wasBlank = isBlank
    }
    return words
  }

  /// As HTML: what is gone is struck out, what is new is underlined.
  var html: String {
    parts.map { part in
      switch part.kind {
      case .same: escaped(part.text)
      case .old: "<del>\(escaped(part.text))</del>"
      case .new: "<ins>\(escaped(part.text))</ins>"
      }
    }.joined()
  }
}
