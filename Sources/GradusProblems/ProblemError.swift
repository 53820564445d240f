// SPDX-License-Identifier: Apache-2.0

/// A problem of the library was misspelt or asked for with parameters it does not have.
public enum ProblemError: Error, Sendable, Hashable, CustomStringConvertible {
  case unknown(String, nearest: String?)
  case malformed(String, part: String)
  case unknownParameter(String, problem: String, known: [String])
  case unreadable(String, text: String, expected: String)
  case outOfRange(String, text: String, range: String)

  public var description: String {
    switch self {
    case .unknown(let name, let nearest):
      "there is no problem '\(name)'"
        + (nearest.map { "; did you mean '\($0)'?" } ?? "; 'gradus methods --problems' lists them")
    case .malformed(let name, let part):
      "problem '\(name)' cannot be read at '\(part)'; expected NAME,KEY=VALUE such as rosenbrock,n=20"
    case .unknownParameter(let key, let problem, let known):
      "problem \(problem) has no parameter '\(key)'; "
        + (known.isEmpty ? "it has none" : "it has \(known.joined(separator: ", "))")
    case .unreadable(let key, let text, let expected):
      "problem parameter \(key)=\(text) cannot be read; expected \(expected)"
    case .outOfRange(let key, let text, let range):
      "problem parameter \(key)=\(text) is out of range; allowed is \(range)"
    }
  }
}
