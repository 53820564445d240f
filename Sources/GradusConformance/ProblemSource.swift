// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusProblems

/// A problem in all its classes, and everybody who can answer questions about it.
public struct ProblemSource: Sendable {
  public var problem: NamedProblem
  /// The first that can answer a method's questions is asked.
  public var oracles: [any Sendable]

  public init(_ problem: NamedProblem, oracles: [any Sendable]? = nil) {
    self.problem = problem
    self.oracles = oracles ?? [problem.oracle]
  }

  public var name: String { problem.name }

  /// Every family of the problem library, small members of those that grow.
  public static var library: [ProblemSource] { library(solvingPrograms: { _ in nil }) }

  /// The library, with linear and integer programs answered by an outside solver.
  public static func library(
    solvingPrograms solver: (StandardForm) throws -> (any LinearProgramOracle)?
  ) rethrows -> [ProblemSource] {
    let members = [
      "sphere,n=4", "quadratic,n=5", "ellipsoid,n=4", "rastrigin,n=3", "ackley,n=3", "griewank,n=3", "zdt1,n=4",
      "saddle,x=0", "unbounded-saddle,x=0",
    ]
    var problems = ProblemLibrary.all.filter { named in !members.contains { $0.hasPrefix(named.family + ",n=") } }
    for member in members { if let problem = try? ProblemLibrary.problem(named: member) { problems.append(problem) } }
    return try problems.map { problem in
      guard let program = problem.form(MixedIntegerProgram.self), let oracle = try solver(program.form) else {
        return ProblemSource(problem)
      }
      return ProblemSource(problem, oracles: [problem.oracle, oracle])
    }
  }
}
