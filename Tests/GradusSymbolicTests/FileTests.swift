// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusModeling
import GradusNumerics
import Testing

/// Every nonlinear model of the collections beside the repository keeps its value and its domain at the start.
@Suite struct FileTests {
  @Test(.enabled(if: !NonlinearFiles.paths.isEmpty, NonlinearFiles.missing))
  func modelsMeanWhatTheyMeant() throws {
    var changed = 0
    for path in NonlinearFiles.paths {
      let file = NonlinearFiles.name(path)
      guard let program = try? ModelFile.contents(path: path).program(), !program.isLinear else { continue }
      // Larger ones take too long without optimization.
      if program.graph.count > 3000 { continue }
      let simpler = program.simplified().program
      if simpler.graph != program.graph { changed += 1 }
      let u = try #require(try FormulaOracle(program).immediateValues(at: program.start))
      let v = try #require(try FormulaOracle(simpler).immediateValues(at: program.start))
      #expect(u.objective.isFinite == v.objective.isFinite, "\(file)")
      if u.objective.isFinite {
        #expect(abs(u.objective - v.objective) <= 1e-9 * max(1, abs(u.objective)), "\(file)")
      }
      for i in 0..<program.constraintCount {
        // Constants move between rows and sides: compare what is left of the side.
        let side = program.linear.rowLower[i].isFinite
        let (a, b) =
          side
          ? (u.constraints[i] - program.linear.rowLower[i], v.constraints[i] - simpler.linear.rowLower[i])
          : (u.constraints[i] - program.linear.rowUpper[i], v.constraints[i] - simpler.linear.rowUpper[i])
        #expect(a.isFinite == b.isFinite, "\(file) row \(i)")
        if a.isFinite, b.isFinite {
          #expect(abs(a - b) <= 1e-9 * max(1, abs(u.constraints[i])), "\(file) row \(i)")
        }
      }
    }
    #expect(changed > 20)
  }
}
