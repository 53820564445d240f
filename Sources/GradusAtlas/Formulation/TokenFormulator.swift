// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder
import GradusLearning
import GradusNumerics
import GradusTensor

/// A transformer that writes the formulations of told problems, within their grammar.
struct TokenFormulator: Sendable {
  let model: GrammarTransformer
  var parameters: Buffer<Float>

  /// How a formulation is written.
  struct Manner: Sendable {
    /// 0: the likeliest allowed token each time.
    var temperature = 0.0
    /// Whether what the text does not say, or does not say any more, is forbidden, as long as anything else is allowed.
    var keepsToText = false
  }

  /// A formulation for each text, each drawn from a stream of its own. Texts of one length are read at once.
  func write(_ texts: [[Int32]], _ manner: Manner, _ random: RandomStream) throws -> [[Int32]] {
    var answers = [[Int32]](repeating: [], count: texts.count)
    let tape = TensorTape(engine: TensorEngine(), isRecording: false)
    let named = model.layout.slots.map {
      ($0.name, Tensor(Array(parameters.elements[$0.range]), TensorShape($0.shape)))
    }
    for (length, group) in Dictionary(grouping: texts.indices, by: { texts[$0].count }).sorted(by: { $0.key < $1.key })
    {
      for start in stride(from: 0, to: group.count, by: 128) {
        let part = group[start..<min(start + 128, group.count)]
        var streams = part.map { random.child("text", $0) }
        var memory = model.base.emptyMemory
        var new = part.flatMap { texts[$0] }
        var width = length
        while true {
          tape.reset()
          let tensors = Dictionary(uniqueKeysWithValues: named.map { ($0.0, tape.constant($0.1, name: $0.0)) })
          let scores = try model.base.scores(
            TensorIndices(new, [part.count, width]), &memory, ModelParameters(tensors)
          ).value.floats
          new = []
          var isOpen = false
          for (k, i) in part.enumerated() {
            let allowed = allowed(behind: answers[i], texts[i], manner)
            // Those that have ended read on for nothing until the others have.
            guard !allowed.isEmpty else {
              new.append(0)
              continue
            }
            let row = (k * width + width - 1) * model.base.vocabulary
            let chances = TokenSampler(temperature: manner.temperature).probabilities(
              allowed.map { scores[row + Int($0)] })
            let token = allowed[TokenSampler.token(chances, at: manner.temperature > 0 ? streams[k].uniform() : 0)]
            answers[i].append(token)
            new.append(token)
            isOpen = true
          }
          guard isOpen else { break }
          width = 1
        }
      }
    }
    return answers
  }

  private func allowed(behind begun: [Int32], _ text: [Int32], _ manner: Manner) -> [Int32] {
    let allowed = TokenProblem.following(begun)
    guard manner.keepsToText, allowed.count > 1 else { return allowed }
    let kept = allowed.filter { token in
      !TokenProblem.isSaid(token)
        || text.count { TokenProblem.meaning(of: $0) == token } > begun.count { $0 == token }
    }
    return kept.isEmpty ? allowed : kept
  }

  /// What stands after rounds of checking and writing again.
  ///
  /// An answer passes where every clause of the text says what one clause of the formulation says, and it has an optimum; of clauses it is
  /// known what they say, not in which order nor of which amount. What does not pass is written again with the count of what the text
  /// says; where nothing passes in all rounds, the first answer stands. Nothing but the text and the solver's status is looked at.
  func corrected(
    _ texts: [[Int32]], first: [[Int32]], rounds: Int, temperature: Double, _ random: RandomStream,
    _ solver: TokenSolver
  ) async throws -> [[Int32]] {
    var answers = first, final = first
    var open = Array(texts.indices)
    for round in 0...rounds {
      var failed: [Int] = []
      for k in open {
        if Self.isFaithful(answers[k], texts[k]), try await solver.optimum(answers[k]) != nil {
          final[k] = answers[k]
        } else {
          failed.append(k)
        }
      }
      open = failed
      guard !open.isEmpty, round < rounds else { break }
      let again = try write(
        open.map { texts[$0] }, Manner(temperature: temperature, keepsToText: true), random.child("round", round))
      for (k, answer) in zip(open, again) { answers[k] = answer }
    }
    return final
  }

  /// Whether the clauses of both say the same.
  static func isFaithful(_ answer: [Int32], _ text: [Int32]) -> Bool {
    func sorted(_ clauses: [[Int32]]) -> [[Int32]] { clauses.sorted { $0.lexicographicallyPrecedes($1) } }
    return sorted(TokenProblem.clauses(ofText: text)) == sorted(TokenProblem.clauses(ofAnswer: answer))
  }
}
