// SPDX-License-Identifier: Apache-2.0

/// Runs the verifier of a puzzle, compiled once.
public struct PuzzleChecker: Sendable {
  public let puzzle: Puzzle
  private let code: MiniCode

  /// Throws where the puzzle is no program, which its initializer has excluded.
  public init(_ puzzle: Puzzle) throws(MiniError) {
    self.puzzle = puzzle
    code = try MiniCode(puzzle.program)
  }

  /// Whether sat(x); false where it faults or reaches its limits.
  public func isSolved(by x: MiniValue) -> Bool { code.run("sat", [x], limits: puzzle.limits).value == .bool(true) }

  /// The value of an answer in words: a term, or a program with a function `g` without parameters; text around it is passed over. Throws
  /// where it is neither, of another type, or ends with a fault.
  public func value(of answer: String) throws(MiniError) -> MiniValue {
    let text = Self.core(answer)
    let source = text.contains("fn g") ? text : "fn g() -> \(puzzle.type) { return \(text) }"
    let run = try MiniCode(parsing: source).run("g", [], limits: puzzle.limits)
    guard let value = run.value, value.has(puzzle.type) else {
      throw MiniError(
        MiniPlace(), run.fault?.description ?? "the answer is no \(puzzle.type)", remedy: "give a term of this type")
    }
    return value
  }

  /// What stands in a fence of three backticks or behind `x =`, else everything.
  private static func core(_ answer: String) -> String {
    var text = Substring(answer)
    let parts = answer.split(separator: "```", omittingEmptySubsequences: false)
    if parts.count >= 3 {
      text = parts[1]
      // The language of a fence.
      if let end = text.firstIndex(where: \.isNewline), !text[..<end].contains(" ") { text = text[end...] }
    }
    while let first = text.first, first.isWhitespace { text = text.dropFirst() }
    while let last = text.last, last.isWhitespace { text = text.dropLast() }
    if text.hasPrefix("x =") { text = text.dropFirst(3) }
    if text.hasPrefix("return ") { text = text.dropFirst(7) }
    return String(text)
  }
}
