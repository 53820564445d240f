// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusNumerics
import Testing

@Suite("Judging infeasible and unbounded claims")
struct JudgingRayTests {
  /// x + y ≥ 3, x + 2y ≤ 2 over x, y ≥ 0: infeasible by the ray (1, −1).
  let infeasible = form([1, 1], [[1, 1], [1, 2]], [3, -infinity], [infinity, 2])

  @Test(arguments: [[1.0, -1.0], [-1, 1], [1e8, -1e8], [1, -1.2], [1e-12, -1e-12]])
  func farkasRaysOfEitherSignProve(ray: [Double]) async throws {
    let verdict = try await judgeLinear(infeasible, report([], .infeasible, ray: ray))
    #expect(verdict.outcome == .infeasible)
    #expect(verdict.certificate.verified)
    #expect(verdict.certificate.kind == .farkas)
    #expect((verdict.certificate.margin ?? 0) > 1e-3)
  }

  @Test(arguments: [[1.0, 1.0], [1, 0], [0, 0], [1, -2], [.nan, 1], [1], [-1, -1]])
  func forgedRaysProveNothing(ray: [Double]) async throws {
    let verdict = try await judgeLinear(infeasible, report([], .infeasible, ray: ray))
    #expect(verdict.outcome == .unproved)
    let reported = try await judgeLinear(infeasible, report([], .infeasible, ray: ray, by: "Solver 1"))
    #expect(reported.outcome == .infeasible)
    #expect(!reported.certificate.verified)
    #expect(reported.certificate.bound == .reported(by: "Solver 1"))
  }

  @Test func aFeasibleProblemIsNeverInfeasibleByARay() async throws {
    let f = form([1, 1], [[1, 1], [1, 2]], [3, -infinity], [infinity, 8])
    var random = RandomStream(seed: 7)
    for _ in 0..<200 {
      let ray = [random.normal(), random.normal()]
      let verdict = try await judgeLinear(f, report([], .infeasible, ray: ray))
      #expect(verdict.outcome == .unproved)
    }
  }

  @Test func freeColumnsMustCancel() async throws {
    // x − y = 1 and x − y = 2 with free variables.
    let f = form(
      [0, 0], [[1, -1], [1, -1]], [1, 2], [1, 2], x: [(-infinity, infinity), (-infinity, infinity)])
    let good = try await judgeLinear(f, report([], .infeasible, ray: [1, -1]))
    #expect(good.outcome == .infeasible && good.certificate.verified)
    let rounded = try await judgeLinear(f, report([], .infeasible, ray: [1, -1 - 1e-15]))
    #expect(rounded.outcome == .infeasible)
    #expect(rounded.certificate.note?.contains("entries up to") == true)
    let off = try await judgeLinear(f, report([], .infeasible, ray: [1, -1.001]))
    #expect(off.outcome == .unproved)
  }

  @Test func contradictoryDataIsInfeasibleAtSight() async throws {
    let crossed = form([1], [[1]], [0], [5], x: [(3, 2)])
    #expect(try await judgeLinear(crossed, report([], .infeasible)).certificate.verified)
    let crossedRow = form([1], [[1]], [5], [4])
    #expect(try await judgeLinear(crossedRow, report([], .infeasible)).certificate.verified)
    let unreachable = form([1, 1], [[1, 1]], [5], [infinity], x: [(0, 2), (0, 2)])
    let verdict = try await judgeLinear(unreachable, report([], .infeasible))
    #expect(verdict.outcome == .infeasible)
    #expect(verdict.certificate.note?.contains("'r0'") == true)
    let empty = form([1], [[0]], [1], [infinity])
    #expect(try await judgeLinear(empty, report([], .infeasible)).outcome == .infeasible)
  }

  @Test func aFeasiblePointContradictsInfeasibility() async throws {
    let f = form([1], [[1]], [1], [infinity])
    let verdict = try await judgeLinear(f, report([1], .infeasible, by: "Solver 1"))
    #expect(verdict.outcome == .feasible)
  }

  /// minimize −x over x − y ≤ 1: unbounded along (1, 1).
  let unbounded = form([-1, 0], [[1, -1]], [-infinity], [1])

  @Test func rayAndPointMakeItUnbounded() async throws {
    let verdict = try await judgeLinear(unbounded, report([1, 0], .unbounded, ray: [1, 1]))
    #expect(verdict.outcome == .unbounded)
    #expect(verdict.certificate.verified)
    #expect(verdict.certificate.margin == 1)
    let withoutPoint = try await judgeLinear(unbounded, report([], .unbounded, ray: [1, 1]))
    #expect(withoutPoint.outcome == .infeasibleOrUnbounded)
    #expect(!withoutPoint.certificate.verified)
  }

  @Test(arguments: [[1.0, 0.0], [-1, -1], [0, 1], [1, 0.999], [.nan, 1], [0, 0], [1]])
  func forgedDirectionsProveNothing(ray: [Double]) async throws {
    let verdict = try await judgeLinear(unbounded, report([1, 0], .unbounded, ray: ray))
    #expect(verdict.outcome == .feasible)
  }

  @Test func maximizingTurnsTheDirection() async throws {
    var f = unbounded
    f.sense = .maximize
    #expect(try await judgeLinear(f, report([1, 0], .unbounded, ray: [1, 1])).outcome == .feasible)
    f.costs = [1, 0]
    #expect(try await judgeLinear(f, report([1, 0], .unbounded, ray: [1, 1])).outcome == .unbounded)
  }

  @Test func eitherIsDecidedByTheRay() async throws {
    let a = try await judgeLinear(infeasible, report([], .infeasibleOrUnbounded, ray: [1, -1]))
    #expect(a.outcome == .infeasible)
    let b = try await judgeLinear(unbounded, report([1, 0], .infeasibleOrUnbounded, ray: [1, 1]))
    #expect(b.outcome == .unbounded)
    let c = try await judgeLinear(unbounded, report([], .infeasibleOrUnbounded))
    #expect(c.outcome == .infeasibleOrUnbounded)
  }
}
