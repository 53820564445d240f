// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// What shall be planned, in words. A plan is a list of lines, one for each step; the last one begins with `ending`.
public struct PlanningTask: Sendable, Codable, Hashable, Fingerprinted {
  public var text: String
  /// How a plan is written.
  public var form: String
  /// How the last line of a plan begins.
  public var ending: String

  public init(_ text: String, form: String, ending: String) {
    self.text = text
    self.form = form
    self.ending = ending
  }

  public var fingerprint: UInt64 {
    var print = Fingerprint()
    for part in [text, form, ending] { print.mix(part) }
    return print.value
  }

  /// Whether a plan ends with this line.
  public func isEnd(_ line: String) -> Bool { line.hasPrefix(ending) }

  /// What a whole plan comes to, for comparing plans: its last line, blanks and case apart. nil where it does not end.
  public func answer(_ plan: [String]) -> String? {
    guard let last = plan.last, isEnd(last) else { return nil }
    return last.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}

/// What does a language model write to each of these prompts?
public struct PlanTurn: Query, Codable {
  public var prompts: [String]
  public var stream: RandomStream

  public static var needs: String { "a language model" }
  public var kind: String { "completion" }

  /// What the completions say they cost.
  public func cost(of answer: borrowing [Completion?]) -> Double {
    let all = copy answer
    return all.reduce(0) { $0 + ($1?.cost ?? 0) }
  }

  /// All at a time; nil where the model failed. Throws what ends runs, and the first failure where nothing else came.
  public func put(to oracle: any LanguageModel) async throws -> [Completion?] {
    let results = await withTaskGroup(of: (Int, Result<Completion, any Error>).self) { group in
      for (k, prompt) in prompts.enumerated() {
        let stream = stream.child("prompt", k)
        group.addTask {
          do {
            let completion = try await oracle.complete(prompt, stream: stream)
            return (k, .success(completion))
          } catch { return (k, .failure(error)) }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
    }
    var first: (any Error)?
    let answers = try results.map { result -> Completion? in
      switch result {
      case .success(let completion): return completion
      case .failure(let error):
        guard let failure = error as? ModelFailure, !failure.endsRuns else { throw error }
        first = first ?? error
        return nil
      }
    }
    if let first, answers.allSatisfy({ $0 == nil }) { throw first }
    return answers
  }
}
