// SPDX-License-Identifier: Apache-2.0
import GradusModeling
import GradusNumerics
import Synchronization

/// Doubles that tell and model with stated rates of mistakes; both know what the words of the other mean.
///
/// A description is that of a statement with one mistake with probability `misread`; a model has one with probability `mismodelled`, each
/// a kind at random of those that have a place in the statement. Of language models they prove nothing.
public final class SimulatedSynthesis: ProblemTeller, ProblemModeller {
  public let misread: Double
  public let mismodelled: Double
  public let mistakes: [ModelMutation]
  private let told = Mutex<[String: FiveElementStatement]>([:])

  public init(
    misread: Double, mismodelled: Double,
    mistakes: [ModelMutation] = [.droppedConstraint, .coefficient, .rightHandSide, .cost]
  ) {
    self.misread = misread
    self.mismodelled = mismodelled
    self.mistakes = mistakes
  }

  public func words(for statement: FiveElementStatement, stream: RandomStream) async throws -> String {
    var stream = stream
    let meant = corrupted(statement, misread, &stream)
    let words = InstanceFamilies.family(named: statement.name)?.words(meant, &stream) ?? meant.text()
    told.withLock { $0[words] = meant }
    return words
  }

  public func statement(for words: String, stream: RandomStream) async throws -> FiveElementStatement? {
    var stream = stream
    return told.withLock { $0[words] }.map { corrupted($0, mismodelled, &stream) }
  }

  private func corrupted(
    _ statement: FiveElementStatement, _ rate: Double, _ stream: inout RandomStream
  ) -> FiveElementStatement {
    guard stream.uniform() < rate else { return statement }
    for number in stream.permutation(mistakes.count) {
      if let result = mistakes[number].applied(to: statement, &stream) { return result.statement }
    }
    return statement
  }
}
