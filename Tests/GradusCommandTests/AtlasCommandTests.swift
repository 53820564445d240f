// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite(.enabled(if: CommandRunner.isBuilt, CommandRunner.notBuilt))
struct AtlasCommandTests {
  @Test func listsEverySystemWithItsMembers() throws {
    let ending = try CommandRunner.run(["atlas", "list", "--format", "json"])
    #expect(ending.code == 0)
    let systems = try #require(ending.json()["systems"]?.elements)
    #expect(systems.count == 171)
    for system in systems {
      #expect(system["name"]?.text?.isEmpty == false && system["title"]?.text?.isEmpty == false)
      #expect(system["module"]?.text?.hasPrefix("Gradus") == true)
      let status = try #require(system["status"]?.text)
      #expect(["holds", "partly", "doesNotHold", "absent"].contains(status))
      // What is here says what it claims and at which scale; what is absent claims nothing.
      #expect((system["claim"]?.text == nil) == (status == "absent"))
      #expect((system["scale"]?["here"]?.text == nil) == (status == "absent"))
    }
  }

  @Test func showsBothScales() throws {
    let ending = try CommandRunner.run(["atlas", "show", "learning-to-relax"])
    #expect(ending.code == 0)
    #expect(ending.out.contains("scale of the paper") && ending.out.contains("scale here"))
  }

  /// What is kept of finished seeds is a test of the runner; here nothing may be lost on the way out.
  @Test func anInterruptedRunEndsWithWhatItHas() throws {
    let command = try CommandRunner.start([
      "atlas", "run", "adasketch-newton", "--budget", "fast", "--seeds", "400", "--format", "json",
    ])
    let log = command.folder.appendingPathComponent("err").path
    while command.process.isRunning, try !String(contentsOfFile: log, encoding: .utf8).contains("%") { usleep(50_000) }
    kill(command.process.processIdentifier, SIGINT)
    let ending = try command.ending()
    #expect(ending.code == 130)
    #expect(ending.error.contains("interrupted"))
    let json = ending.json()
    if json["schema"]?.text == "gradus.atlas-run/1" {
      #expect(json["status"]?.text == "unfinished" && json["holds"] == .null)
      #expect((json["seeds"]?.elements?.count ?? 0) + (json["missing"]?.elements?.count ?? 0) == 400)
    } else {
      #expect(json["notRun"]?.elements?.count == 1 && json["results"]?.elements?.isEmpty == true)
    }
  }

  static let table: [(arguments: [String], code: Int32, message: String)] = [
    (["atlas", "show", "learning to relx"], 2, "did you mean 'learning-to-relax'?"),
    (["atlas", "run"], 2, "name one or more systems, or give --all"),
    (["atlas", "run", "learning-to-relax", "--seeds", "4"], 2, "--seeds must be at least 5"),
    (["atlas", "run", "learning-to-relax", "--threads", "0"], 2, "--threads must be from 1 to 1024"),
    (["atlas", "run", "unigeo"], 4, "is absent"),
    (["atlas", "run", "learning-to-relax", "--time-limit", "0"], 4, "unmeasured"),
    (["atlas", "list", "--status", "good"], 2, "--status is holds"),
  ]

  @Test(arguments: table.indices) func refusesInOneLine(_ index: Int) throws {
    let (arguments, code, message) = Self.table[index]
    let ending = try CommandRunner.run(arguments)
    #expect(ending.code == code, "\(arguments): \(ending.error)")
    #expect(ending.error.contains(message), "\(arguments): \(ending.error)")
    #expect(ending.error.hasPrefix("gradus: ") && ending.error.split(separator: "\n").count == 1)
  }
}
