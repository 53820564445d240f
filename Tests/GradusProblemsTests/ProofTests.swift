// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics
import GradusProblems
import Testing

@Suite("Every problem of the library proves itself")
struct ProofTests {
  @Test(arguments: ProblemLibrary.families.map(\.name))
  func `default member`(_ name: String) async throws {
    let violations = try await ProblemLibrary.problem(named: name).proof()
    #expect(violations.isEmpty, "\(violations.prefix(3).map(\.description).joined(separator: "\n"))")
  }

  @Test(arguments: [
    "sphere,n=1", "quadratic,n=2,condition=1000000", "quadratic,n=50", "ellipsoid,n=3,condition=10", "rosenbrock,n=20",
    "rastrigin,n=2", "ackley,n=2", "griewank,n=2", "styblinski-tang,n=1", "logistic,n=2,m=40", "abs-sum,n=1",
    "max-abs,n=9", "noisy-sphere,n=2,sigma=1", "box-quadratic,n=1", "ranked-ellipsoid,n=2", "zdt1,n=2", "saddle,x=0",
    "unbounded-saddle,x=0", "hilltop,n=1",
  ])
  func `other members`(_ name: String) async throws {
    let violations = try await ProblemLibrary.problem(named: name).proof(seed: 7)
    #expect(violations.isEmpty, "\(violations.prefix(3).map(\.description).joined(separator: "\n"))")
  }

  @Test func `the library is large and its names are unique`() {
    let names = ProblemLibrary.families.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(names.count >= 20)
  }

  @Test(arguments: ProblemLibrary.all.map(\.name))
  func `the full name leads back to the problem`(_ name: String) throws {
    #expect(try ProblemLibrary.problem(named: name).name == name)
  }

  @Test func `every trait is represented`() {
    let met = ProblemLibrary.all.reduce(into: Set<ProblemTrait>()) { $0.formUnion($1.traits) }
    #expect(Set(ProblemTrait.allCases).subtracting(met).isEmpty)
  }
}
