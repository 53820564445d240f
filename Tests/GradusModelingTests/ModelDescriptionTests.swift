// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusModeling
import Testing

@Suite struct ModelDescriptionTests {
  @Test func everythingAtOnce() throws {
    let form = try LPReaderTests.read(
      """
      min
       x + y + z + b + u
      st
       e: x + y = 3
       l: 2 x + 2 y >= 1
       r: 1 <= x + z <= 4
       s: 3 z >= 1
       m: x - 1000000 b <= 0
       f: x + y >= -inf
       n: 0 x >= -1
      bounds
       y free
       z = 2
       u >= 4
       u <= 3
      binary
       b
      end
      """)
    let description = ModelDescription(form)
    #expect(description.kind == "MIP")
    #expect(description.columns.total == 5)
    #expect(description.columns.binary == 1)
    #expect(description.columns.continuous == 4)
    #expect(description.columns.free == 1)
    #expect(description.columns.fixed == 1)
    #expect(description.columns.empty == 1)
    #expect(description.columns.contradictory == 1)
    #expect(description.rows.total == 7)
    #expect(description.rows.equations == 1)
    #expect(description.rows.ranges == 1)
    #expect(description.rows.free == 1)
    #expect(description.rows.inequalities == 4)
    #expect(description.rows.singletons == 1)
    #expect(description.rows.empty == 1)
    #expect(description.rows.duplicates == 2)
    #expect(description.matrixMagnitudes?.largest == 1e6)
    #expect(description.warnings.contains { $0.hasPrefix("1 coefficient looks like a big M (1000000 at m, b)") })
    #expect(description.warnings.contains("1 column has its lower bound above the upper one: infeasible"))
    #expect(description.lines.first == "unnamed: MIP, minimize")
    let json = try JSONEncoder().encode(description)
    #expect(try JSONDecoder().decode(ModelDescription.self, from: json) == description)
  }

  @Test(arguments: [
    ("min\n [ x^2 + y^2 ] / 2\nend\n", Convexity.convex), ("min\n [ x^2 + 2 x*y + y^2 ] / 2\nend\n", .convex),
    ("min\n [ x^2 + 3 x*y + y^2 ] / 2\nend\n", .nonconvex), ("max\n [ x^2 ] / 2\nend\n", .nonconvex),
    ("max\n [ - x^2 ] / 2\nend\n", .convex), ("min\n [ x*y ] / 2\nend\n", .nonconvex),
    ("min\n x\nst\n [ x^2 + y^2 ] <= 1\nend\n", .convex), ("min\n x\nst\n [ x^2 + y^2 ] >= 1\nend\n", .nonconvex),
    ("min\n x\nst\n [ x^2 ] = 1\nend\n", .nonconvex),
    ("min\n [ x^2 + y^2 + z^2 - 1.5 x*y - 1.5 y*z - 1.5 x*z ] / 2\nend\n", .nonconvex),
  ])
  func curvature(_ text: String, _ wanted: Convexity) throws {
    #expect(ModelDescription(try LPReaderTests.read(text)).convexity == wanted)
  }

  /// The Maros–Mészáros problems are convex, and the description says so.
  @Test(
    .enabled(if: SharedData.isThere, "\(SharedData.reason)"),
    arguments: SharedData.index("qp").compactMap { $0["file"] })
  func convexPrograms(_ file: String) throws {
    let description = ModelDescription(try ModelFile.read(path: SharedData.path("qp/\(file)")))
    #expect(description.kind == "QP")
    #expect(description.convexity == .convex)
    #expect(!description.lines.isEmpty)
  }
}
