// SPDX-License-Identifier: Apache-2.0

extension Repository {
  /// Files of code that should have been two: 400 lines and more.
  public var tooLong: [Finding] {
    files.filter { $0.isSwift || $0.path.hasSuffix(".py") }.compactMap { file in
      guard file.lines.count >= 400 else { return nil }
      return Finding(file: file.path, message: "has \(file.lines.count) lines; the limit is 399")
    }
  }

  /// Files of code that do not say their license in the first lines.
  public var unlicensed: [Finding] {
    let endings = [".swift", ".py", ".sh"]
    return files.filter { file in endings.contains { file.path.hasSuffix($0) } }.compactMap { file in
      let stated = file.lines.prefix(3).contains { $0.contains("SPDX-License-Identifier: Apache-2.0") }
      return stated ? nil : Finding(file: file.path, message: "lacks the line `SPDX-License-Identifier: Apache-2.0`")
    }
  }

  /// Words that stand for unfinished or unsafe work in `Sources`.
  ///
  /// Sendability is asserted by hand in GradusNative only, where each place says why it holds.
  public var bannedWords: [Finding] {
    let everywhere = ["fatalError(", "try!", "as!", "preconditionFailure()"]
    let outsideNative = ["@unchecked Sendable", "nonisolated(unsafe)"]
    var findings: [Finding] = []
    for file in swiftFiles {
      guard let target = file.target else { continue }
      let banned = everywhere + (target == "GradusNative" ? [] : outsideNative)
      for (number, text) in file.code {
        for word in banned where text.contains(word) {
          findings.append(Finding(file: file.path, line: number, message: "`\(word)` is not used in this library"))
        }
      }
      for (index, line) in file.lines.enumerated() where line.contains(#/\b(TO[D]O|FIX[M]E|XX[X])\b/#) {
        findings.append(Finding(file: file.path, line: index + 1, message: "unfinished work is not committed"))
      }
    }
    return findings
  }

  /// Paths of the machine on which a file was written.
  public var machinePaths: [Finding] {
    let places = ["work", "tmp", "root", "home"].map { "/\($0)/" }
    return files.flatMap { file in
      file.lines.enumerated().compactMap { index, line -> Finding? in
        guard let place = places.first(where: { Self.names($0, in: line) }) else { return nil }
        return Finding(file: file.path, line: index + 1, message: "`\(place)` is a path of one machine")
      }
    }
  }

  /// True when `place` starts a path: what stands before it is no part of a longer one (as in `../data/`).
  static func names(_ place: String, in line: Substring) -> Bool {
    var rest = line
    while let range = rest.firstRange(of: place) {
      let before = rest[..<range.lowerBound].last
      if before.map({ !$0.isLetter && !$0.isNumber && !".-_~}>)*/".contains($0) }) ?? true { return true }
      rest = rest[range.upperBound...]
    }
    return false
  }

  /// Tuples that are returned with a part that is waited for: optimized, Swift 6.3 may lose the parts before it
  /// (Documentation/decisions/0078).
  public var tuplesAcrossWaits: [Finding] {
    swiftFiles.filter { file in file.target != nil && file.lines.contains { $0.contains("await") } }.flatMap { file in
      let code = file.code
      let text = code.map(\.text).joined(separator: "\n")
      return text.matches(of: #/(\breturn|\{|\bin)\s*\(/#).compactMap { match -> Finding? in
        guard Self.waitsWithin(text[match.range.upperBound...]) else { return nil }
        let before = text[..<match.range.upperBound].count { $0 == "\n" }
        return Finding(
          file: file.path, line: code[before].number,
          message: "a tuple across `await` is returned; bind its parts first")
      }
    }
  }

  /// Whether the tuple whose opening parenthesis was just read has several parts, and one is waited for in place.
  static func waitsWithin(_ text: Substring) -> Bool {
    var (depth, hasParts, word, waits) = (1, false, "", false)
    for character in text {
      switch character {
      case "(", "[": depth += 1
      case ")", "]": depth -= 1
      case ",": hasParts = hasParts || depth == 1
      case "{": return false
      default: break
      }
      if character.isLetter {
        word.append(character)
      } else {
        waits = waits || word == "await"
        word = ""
      }
      if depth == 0 { return hasParts && waits }
    }
    return false
  }

  /// Everything `gradus-maintain check` and the repository's tests look at.
  public var findings: [Finding] {
    tooLong + unlicensed + bannedWords + machinePaths + floorViolations + staleCatalogs + undocumented
      + tuplesAcrossWaits
  }
}
