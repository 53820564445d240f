// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusCore
import GradusStudy
import Testing

/// What counts as an answer and what it may cost is never learned.
@Suite struct SettingRoleTests {
  private static let limits: Set = [
    "tolerance", "tol", "gap", "feasibility", "integrality", "dual", "time", "threads", "seed", "iterations", "iter",
  ]

  @Test func tolerancesAndLimitsAreTheUsers() {
    for entry in Catalog.all {
      for setting in entry.settings {
        let words = setting.name.split { $0 == "-" || $0 == "_" }.map(String.init)
        if !Self.limits.isDisjoint(with: words) {
          #expect(setting.role == .limit, "\(entry.card.name): \(setting.name)")
        }
      }
      let names = Set(entry.settings.filter { $0.role == .limit }.map(\.name))
      for kind in ["LP", "MIP", "QP", "NLP", "MINLP"] {
        let space = SettingSpace(of: entry, on: kind)
        #expect(space.switches.allSatisfy { !names.contains($0.name) }, "\(entry.card.name) on \(kind)")
      }
    }
  }
}
