// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusFormulation
import GradusLanguage

/// One call of `gradus synthesize`: draws that are not there yet, several at a time, written in their order.
struct SynthesisSession {
  let output: String
  let journal: String
  let count: Int
  let width: Int
  let settings: JSONValue
  let isQuiet: Bool
  let interruption: Interruption

  /// A failure of a model that ends the run stands in the report; `begin` is called where something is left to do.
  func run(_ begin: () throws -> PairSynthesis) async throws -> SynthesisReport {
    var done = try SynthesisJournal(journal, output: output, settings: settings)
    var failure: ModelFailure?
    if done.draws.count < count {
      let line = isQuiet ? nil : CountingLine("draws")
      do { try await work(begin(), &done, line) } catch let error as ModelFailure { failure = error }
      line?.clear()
    }
    return SynthesisReport(output: output, count: count, draws: done.draws, failure: failure)
  }

  private struct Finished: Sendable {
    var number: Int
    var pair: TrainingPair
  }

  private func work(_ synthesis: PairSynthesis, _ done: inout SynthesisJournal, _ line: CountingLine?) async throws {
    try await withThrowingTaskGroup(of: Finished.self) { group in
      var next = done.draws.count
      var running = 0
      var ready: [Int: TrainingPair] = [:]
      func launch() {
        // Finished draws wait for those before them; not too many, for who is killed loses them.
        while running < width, next < count, next < done.draws.count + 4 * width, !interruption.isRaised {
          let number = next
          (next, running) = (next + 1, running + 1)
          group.addTask {
            let pair = try await synthesis.pair(number)
            return Finished(number: number, pair: pair)
          }
        }
      }
      launch()
      while let finished = try await group.next() {
        running -= 1
        ready[finished.number] = finished.pair
        while let pair = ready.removeValue(forKey: done.draws.count) { try done.append(pair) }
        line?.show(done.draws.count, of: count)
        launch()
      }
    }
  }
}
