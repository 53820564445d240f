// SPDX-License-Identifier: Apache-2.0

/// A setting is misspelt, unreadable or outside its range.
public enum SettingError: Error, Sendable, Hashable, CustomStringConvertible {
  case unknown(String, method: String, nearest: String?)
  case unreadable(String, text: String, expected: String)
  case outOfRange(String, text: String, range: String)

  public var description: String {
    switch self {
    case .unknown(let name, let method, let nearest):
      "\(method) has no setting '\(name)'"
        + (nearest.map { "; did you mean '\($0)'?" } ?? "; 'gradus explain \(method)' lists them")
    case .unreadable(let name, let text, let expected): "setting \(name)=\(text) cannot be read; expected \(expected)"
    case .outOfRange(let name, let text, let range): "setting \(name)=\(text) is out of range; allowed is \(range)"
    }
  }
}

/// The candidate closest to a misspelt word, if any is close (edit distance at most a third of its length, at least 2).
public func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
  var best: (distance: Int, word: String)?
  for candidate in candidates {
    let d = editDistance(Array(word.utf8), Array(candidate.utf8))
    if d <= max(2, candidate.utf8.count / 3), d < best?.distance ?? .max { best = (d, candidate) }
  }
  return best?.word
}

private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
  var row = Array(0...b.count)
  for i in a.indices {
    var diagonal = row[0]
    row[0] = i + 1
    for j in b.indices {
      let substituted = diagonal + (a[i] == b[j] ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(substituted, row[j] + 1, row[j + 1] + 1)
    }
  }
  return row[b.count]
}
