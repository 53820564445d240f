// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusNumerics
import GradusSmooth
import Testing

@Suite struct MultistartTests {
  /// Σ ¼xᵢ⁴ − 2xᵢ² + 0.3xᵢ has a minimum near 2 and a lower one near −2 in every variable.
  static let wells = ClosureProgram(
    objective: { x in x.elements.reduce(0) { $0 + 0.25 * $1 * $1 * $1 * $1 - 2 * $1 * $1 + 0.3 * $1 } },
    gradient: { x in Vector(x.elements.map { $0 * $0 * $0 - 4 * $0 + 0.3 }) },
    rows: { _ in [] }, jacobian: { _ in [] },
    product: { x, _, sigma, d in Vector(x.indices.map { sigma * (3 * x[$0] * x[$0] - 4) * d[$0] }) })

  static func program(_ domain: Box) -> NonlinearProgram {
    NonlinearProgram(start: [2, 2], domain: domain, rowLower: [], rowUpper: [])
  }

  @Test(arguments: [Box(lower: [-5, -5], upper: [5, 5]), Box.all(2)])
  func theLowerWellIsFound(_ domain: Box) async throws {
    let one = try await drive(Multistart(starts: 1), Self.program(domain), Self.wells, limit: 10_000)
    #expect(one.report.point[0] > 0 && one.report.point[1] > 0)
    let many = try await drive(Multistart(starts: 20), Self.program(domain), Self.wells, limit: 10_000)
    #expect(many.report.claim == .stationary)
    #expect(many.report.point[0] < -1.9 && many.report.point[1] < -1.9)
    let again = try await drive(Multistart(starts: 20), Self.program(domain), Self.wells, limit: 10_000)
    #expect(again.report.point == many.report.point)
    #expect(again.answers == many.answers)
  }

  @Test func whatNoStartSatisfiesIsInfeasible() async throws {
    let square = ClosureProgram(
      objective: { $0[0] }, gradient: { _ in [1] }, rows: { [$0[0] * $0[0]] }, jacobian: { [[2 * $0[0]]] },
      product: { _, y, _, d in (2 * y[0]) * d })
    let program = NonlinearProgram(start: [3], domain: .all(1), rowLower: [-.infinity], rowUpper: [-1])
    let run = try await drive(Multistart(starts: 3), program, square, limit: 5_000)
    #expect(run.report.claim == .infeasible)
    #expect(run.report.ray != nil)
  }
}

extension Multistart {
  fileprivate init(starts: Int) {
    self.init()
    self.starts = starts
  }
}
