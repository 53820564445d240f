// SPDX-License-Identifier: Apache-2.0

/// "Did you mean": the known name with the fewest changes of one letter (Damerau–Levenshtein), when they are few.
enum NearestName {
  /// Nil when no name is closer than a third of the letters. Cost: letters² a name; at most 2000 names are tried.
  static func of(_ name: String, in known: some Sequence<String>) -> String? {
    let wanted = Array(name.lowercased().unicodeScalars.prefix(40))
    var best: (distance: Int, name: String)?
    for candidate in known.prefix(2000) where candidate != name {
      let letters = Array(candidate.lowercased().unicodeScalars.prefix(40))
      if abs(letters.count - wanted.count) > 2 { continue }
      let distance = distance(wanted, letters)
      if distance < best?.distance ?? Int.max { best = (distance, candidate) }
    }
    guard let best, best.distance <= max(1, wanted.count / 3), best.distance < wanted.count else { return nil }
    return best.name
  }

  private static func distance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var older = [Int](repeating: 0, count: b.count + 1)
    var old = Array(0...b.count)
    for i in a.indices {
      var new = [i + 1]
      for j in b.indices {
        var best = min(old[j + 1] + 1, new[j] + 1, old[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, older[j - 1] + 1) }
        new.append(best)
      }
      older = old
      old = new
    }
    return old[b.count]
  }
}
