// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Plain sentences about optimization, made by a small grammar: a text to learn that needs no download.
///
/// Every sentence picks a subject, a verb that fits its number, an object and, half the time, an ending. What can be
/// learned is spelling, agreement and punctuation; what cannot are the choices themselves.
public enum GeneratedSentences {
  /// At least `length` characters of ASCII, whole sentences, one a line.
  public static func text(length: Int, stream: RandomStream) -> String {
    var stream = stream.child("sentences")
    var text = ""
    while text.utf8.count < length { text += sentence(&stream) + "\n" }
    return text
  }

  private static func sentence(_ stream: inout RandomStream) -> String {
    func pick(_ list: [String]) -> String { list[stream.integer(below: list.count)] }
    let isPlural = stream.integer(below: 2) == 1
    let subject = pick(isPlural ? plurals : singulars)
    let verb = pick(verbs)
    let object = pick(singulars + plurals)
    var words =
      "\(isPlural ? "the" : pick(["the", "a", "every"])) \(subject) \(verb)\(isPlural ? "" : "s") the \(object)"
    if stream.integer(below: 2) == 1 { words += " \(pick(endings))" }
    return words + "."
  }

  private static let singulars = [
    "gradient", "method", "solver", "bound", "step", "problem", "model", "constraint", "cut", "minimum", "planner",
  ]
  private static let plurals = [
    "gradients", "methods", "solvers", "bounds", "steps", "problems", "models", "constraints", "cuts", "minima",
  ]
  private static let verbs = [
    "find", "prove", "improve", "check", "follow", "bound", "lower", "relax", "state", "trust",
  ]
  private static let endings = [
    "in a few steps", "with a proof", "without a doubt", "from below", "once more", "by descent", "at every point",
    "until nothing is left to ask",
  ]
}
