// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Short texts that state one fact each, and questions for the facts.
///
///     text i        code abc is 123;  or  for abc say 123;  or  abc equals: 123;  or  of abc know 123;
///     question i    the same characters, of which those of the value alone count
///
/// Every text has a name of three letters of its own and a value of three digits. The model foretells each next character.
/// Which text taught it a fact is known, so that a method that traces answers back to observations can be judged: text i is
/// the source of question i, and of no other one.
public struct PlantedFacts: Sendable, Hashable {
  /// Texts, as many as facts.
  public var count: Int
  private let stream: RandomStream

  /// 17,576 names are there.
  public init(count: Int, stream: RandomStream) {
    precondition(count > 0 && count <= 26 * 26 * 26, "\(count) names of three letters")
    self.count = count
    self.stream = stream
  }

  /// The characters, by their tokens.
  public static let alphabet = Array("abcdefghijklmnopqrstuvwxyz0123456789 :;")

  /// Different characters.
  public static var vocabulary: Int { alphabet.count }

  /// Characters that the model sees of each.
  public static var length: Int { 15 }

  private static let forms: [(before: String, after: String)] = [
    ("code ", " is "), ("for ", " say "), ("", " equals: "), ("of ", " know "),
  ]

  /// Text number `fact`.
  public func text(_ fact: Int) -> String {
    precondition(0..<count ~= fact, "a text of fact \(fact) of \(count)")
    return text(fact, names: names)
  }

  private var names: [Int] {
    var draw = stream.child("names")
    return Array(draw.permutation(26 * 26 * 26).prefix(count))
  }

  private func text(_ fact: Int, names: [Int]) -> String {
    var draw = stream.child("fact", fact)
    let form = Self.forms[draw.integer(below: Self.forms.count)]
    let name = names[fact]
    let letters = [name / 676, name / 26 % 26, name % 26].map { Self.alphabet[$0] }
    let digits = (0..<3).map { _ in Self.alphabet[26 + draw.integer(below: 10)] }
    return form.before + String(letters) + form.after + String(digits) + ";"
  }

  /// All texts, and behind them a question for each of `questions`, facts by number.
  public func data(questions: [Int] = []) throws(LearningDataError) -> LearningData {
    let names = names
    let codes = Dictionary(uniqueKeysWithValues: Self.alphabet.enumerated().map { ($1, Int32($0)) })
    let length = Self.length
    var (tokens, labels): ([Int32], [Int32]) = ([], [])
    for (row, fact) in (Array(0..<count) + questions).enumerated() {
      precondition(0..<count ~= fact, "a question for fact \(fact) of \(count)")
      let text = text(fact, names: names).map { codes[$0] ?? 0 }
      tokens += text.dropLast()
      labels += (1...length).map { row < count || (length - 3..<length).contains($0) ? text[$0] : -1 }
    }
    return try LearningData(
      sequences: tokens, length: length, vocabulary: Self.vocabulary, labels: labels, classCount: Self.vocabulary)
  }
}
