// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import Testing

@Suite(.enabled(if: CommandRunner.isBuilt, CommandRunner.notBuilt))
struct SimplificationCommandTests {
  /// min a² − 3a + xy + 2xz − 3xa over integers: the factor x can be drawn out.
  private static let model = """
    min
     obj: - 3 a + [ 2 x * y + 4 x * z - 6 x * a + 2 a ^2 ] / 2
    st
     c: x + y + z + a >= 2
    bounds
     0 <= x <= 5
     -3 <= y <= 5
     -3 <= z <= 5
     0 <= a <= 5
    general
     x y z a
    end
    """

  @Test func descriptionsSayWhatIsSimplified() throws {
    let file = try Scratch.file("factors.lp", Data(Self.model.utf8))
    let text = try CommandRunner.run(["describe", file])
    #expect(text.code == 0)
    #expect(text.out.contains("simplified for evaluation: the formulas cost 29 % less"))
    let simplified = try CommandRunner.run(["describe", file, "--format", "json"]).json()["simplified"]
    #expect(simplified?["formulas"]?.text == "all")
    #expect(simplified?["cyclesAfter"]?.double ?? 0 < simplified?["cyclesBefore"]?.double ?? 0)
  }

  @Test(.enabled(if: CommandRunner.hasHighs, CommandRunner.noHighs))
  func answersAreTheSameWithAndWithout() throws {
    let file = try Scratch.file("factors.lp", Data(Self.model.utf8))
    for options in [[], ["--no-simplify"]] {
      let json = try CommandRunner.run(["solve", file, "--format", "json", "--quiet"] + options).json()
      #expect(json["status"]?.text == "optimal", "\(options)")
      #expect(abs((json["objective"]?.double ?? .nan) + 110) < 1e-6, "\(options)")
    }
  }
}
