// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusNumerics
import GradusProblems

/// A method and the problems it can be tried on: what a law works with.
public struct Bench<M: Catalogued>: Sendable {
  public let sources: [ProblemSource]
  public let situations: [Situation<M>]

  public init(_ type: M.Type, sources: [ProblemSource]) {
    self.sources = sources
    situations = sources.compactMap { Situation(type, $0) }.filter { !$0.isRefused }
  }

  /// At most `count` problems, spread over all that fit.
  func some(_ count: Int) -> [Situation<M>] {
    guard situations.count > count else { return situations }
    return (0..<count).map { situations[$0 * situations.count / count] }
  }

  /// The problem with this name, made for this method.
  func situation(named name: String) throws -> Situation<M>? {
    if let known = situations.first(where: { $0.name == name }) { return known }
    // Programs answered by an outside solver are only among the sources.
    return Situation(M.self, ProblemSource(try ProblemLibrary.problem(named: name)))
  }
}

/// One problem that the method takes, with an oracle that can answer its questions.
public struct Situation<M: Catalogued>: Sendable {
  let name: String
  let source: NamedProblem
  let problem: M.Problem
  /// Who answers, as it came.
  let base: any Sendable

  init?(_ type: M.Type, _ source: ProblemSource) {
    guard let problem = source.problem.form(M.Problem.self),
      let base = SingleObjective.answerer(of: M.Question.self, among: source.oracles)
    else { return nil }
    self.init(source.problem, problem, base)
  }

  init(_ source: NamedProblem, _ problem: M.Problem, _ base: any Sendable) {
    name = source.name
    self.source = source
    self.problem = problem
    self.base = base
  }

  /// True when the method says before its first question that this problem is none for it.
  var isRefused: Bool {
    do { _ = try M().start(problem, random: RandomStream(seed: 1)) } catch { return error is Unsuitable }
    return false
  }

  /// A run answered through a listener (and judged through another).
  func run(
    _ method: M = M(), seed: UInt64 = 1, listener: Listener = Listener(), judge: Listener = Listener()
  ) throws -> Run<M> {
    guard let oracle = probing(base, listener) as? M.Question.Oracle else { throw UnsuitableProbe(oracle: "\(M.self)") }
    return try Run(
      problem, by: method, asking: oracle, seed: seed, judgedBy: probing(base, judge), clock: .stopped)
  }

  /// The oracle itself, for laws that drive the method without a run.
  var oracle: M.Question.Oracle {
    get throws {
      guard let oracle = base as? M.Question.Oracle else { throw UnsuitableProbe(oracle: "\(M.self)") }
      return oracle
    }
  }

  /// Where points may lie.
  var domain: Box? {
    switch problem {
    case let problem as BoxConstrained: problem.domain
    case let problem as SearchProblem: problem.space.box
    case let problem as NonlinearProgram: problem.domain
    case let problem as Unconstrained: .all(problem.start.count)
    case let problem as LeastSquares: .all(problem.start.count)
    default: nil
    }
  }
}

/// The harness listens to an oracle through a probe that cannot answer what the oracle can.
struct UnsuitableProbe: Error, CustomStringConvertible {
  var oracle: String
  var description: String { "the harness cannot listen to the oracle of \(oracle)" }
}
