// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// A rule that turns answers into better points.
///
/// The conforming type is the settings; everything that changes is in `State`. The same answers in the same order give the
/// same state, bit for bit. A method never loops over questions, prints, reads a clock or draws from a global generator.
public protocol OptimizationMethod<Problem>: Sendable, Codable {
  /// The class of problems it is for.
  associatedtype Problem: Sendable
  /// What it looks for: a vector, a permutation, a text.
  associatedtype Point: Sendable & Codable
  /// The one kind of question it asks.
  associatedtype Question: Query & Codable
  /// Everything it knows between two questions; saved and restored bit for bit.
  associatedtype State: Sendable & Codable

  /// The state before the first question. Throws `Unsuitable` when the problem is not one for this method.
  func start(_ problem: Problem, random: RandomStream) throws -> State

  /// The next question, or nil when there is nothing left to ask.
  func ask(_ state: inout State) -> Question?

  /// Takes one answer in. Consume the question before changing the state, so that no buffer is copied.
  func tell(_ state: inout State, _ answer: consuming Question.Answer, to question: consuming Question)

  /// The best point so far and what is claimed about it; called after every answer, hence cheap.
  func report(_ state: State) -> Report<Point>

  /// What is recommended when somebody wants to know, above all in the end; may cost as much as a question. Without one of its
  /// own, the report.
  func recommend(_ state: State) -> Report<Point>
}

extension OptimizationMethod {
  public func recommend(_ state: State) -> Report<Point> { report(state) }
}

/// A method that may be asked again before it has been told: nil then means "not before I hear more".
///
/// Other methods are sequential: the run asks one of them only when the last answer has been told, and asking twice gives
/// the same question.
public protocol ParallelMethod: OptimizationMethod {}
