// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import Testing

@Suite(.enabled(if: CommandRunner.isBuilt, CommandRunner.notBuilt))
struct MessageTests {
  /// Arguments, exit code, and what the one line on standard error says.
  static let table: [(arguments: [String], code: Int32, message: String)] = [
    (["frobnicate"], 2, "Unexpected argument 'frobnicate'"),
    (["solve"], 2, "Missing expected argument"),
    (["solve", "problem:rosenbroc"], 2, "there is no problem 'rosenbroc'; did you mean 'rosenbrock'?"),
    (["solve", "problem:rosenbrock,m=2"], 2, "problem rosenbrock has no parameter 'm'"),
    (["solve", "problem:sphere", "--by", "lbfg"], 2, "there is no method 'lbfg'; did you mean 'lbfgs'?"),
    (["solve", "problem:sphere", "--by", "cma-es", "--set", "sigm=1"], 2, "did you mean 'sigma'?"),
    (["solve", "problem:sphere", "--by", "cma-es", "--set", "sigma=x"], 2, "expected Double"),
    (["solve", "problem:sphere", "--by", "cma-es", "--set", "sigma=100"], 2, "allowed is"),
    (["solve", "problem:sphere", "--set", "nonsense"], 2, "expected --set KEY=VALUE"),
    (["solve", "problem:sphere", "--by", "highs"], 2, "highs needs a problem of class MixedIntegerProgram"),
    (["solve", "problem:sphere", "--seed", "-1"], 2, "seed"),
    (["solve", "problem:sphere", "--threads", "0"], 2, "--threads must be at least 1"),
    (["solve", "problem:sphere", "--time-limit", "nan"], 2, "--time-limit must be a number"),
    (["solve", "problem:sphere", "--expect", "good"], 2, "good"),
    (["solve", "a.mps", "b.mps", "--plot", "p.svg"], 2, "--plot goes with a single file, not with 2"),
    (["solve", "missing.mps"], 3, "missing.mps: no such file; expected a readable file"),
    (["solve", "model.xyz"], 3, "the extension .xyz is unknown"),
    (["solve", "/"], 3, "no extension"),
    (["describe", "missing.lp"], 3, "no such file"),
    (["verify", "missing.mps", "missing.json"], 3, "no such file"),
    (["explain", "cma"], 2, "there is no method 'cma'"),
    (["check"], 2, "name a method, or give --all"),
    (["solve", "problem:sphere", "--resume", "missing.ck"], 3, "cannot read missing.ck: No such file or directory"),
    (["solve", "problem:sphere", "--start", "missing.json"], 3, "cannot read missing.json"),
  ]

  @Test(arguments: table.indices)
  func messagesAreOneLineWithCauseAndCode(_ index: Int) throws {
    let (arguments, code, message) = Self.table[index]
    let ending = try CommandRunner.run(arguments)
    let what = "gradus \(arguments.joined(separator: " ")): \(ending.error)"
    #expect(ending.code == code, "\(what)")
    #expect(ending.out.isEmpty, "\(what)")
    #expect(ending.error.hasPrefix("gradus: "), "\(what)")
    #expect(ending.error.contains(message), "\(what)")
    #expect(ending.error.count { $0 == "\n" } == 1, "\(what)")
  }

  @Test func badFilesAreRefusedWithTheirPlace() throws {
    let noise = Data((0..<5_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) })
    let files: [(String, Data)] = [
      ("empty.mps", Data()), ("empty.lp", Data()), ("noise.mps", noise), ("noise.lp", noise), ("noise.mps.gz", noise),
      ("long.mps", Data("NAME ".utf8) + Data(repeating: UInt8(ascii: "x"), count: 1_000_000)),
      ("long.lp", Data("minimize\n obj: ".utf8) + Data(repeating: UInt8(ascii: "+"), count: 1_000_000)),
      ("nan.mps", Data("NAME n\nROWS\n N c\n L r\nCOLUMNS\n x c nan r 1\nRHS\nENDATA\n".utf8)),
      ("twice.mps", Data("NAME n\nROWS\n N c\n L r\n L r\nCOLUMNS\n x c 1 r 1\nRHS\nENDATA\n".utf8)),
    ]
    for (name, content) in files {
      let path = try Scratch.file(name, content)
      for command in ["solve", "describe"] {
        let ending = try CommandRunner.run([command, path, "--quiet"])
        #expect(ending.code == 3, "\(command) \(name): \(ending.code) \(ending.error.prefix(200))")
        #expect(ending.error.hasPrefix("gradus: \(path)"), "\(name): \(ending.error.prefix(200))")
        #expect(ending.error.count { $0 == "\n" } == 1 && ending.error.count < 1_000, "\(name)")
      }
    }
    let folder = try Scratch.folder().appendingPathComponent("folder.mps")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    #expect(try CommandRunner.run(["solve", folder.path]).code == 3)
  }

  @Test func badResultsAreRefusedWithTheirPlace() throws {
    let file = CommandRunner.example("diet.mps")
    for (text, expected) in [
      ("", ":1:1: expected a value"), ("{\"schema\": 1}", "schema"), ("[", ":1:2:"),
      ("{\n \"a\": 1,\n \"a\": 2}", ":3:2: the name \"a\" occurs twice"),
      (String(repeating: "[", count: 100_000), "nesting is deeper than"),
      ("{\"schema\": \"gradus.result/1\", \"status\": \"fine\"}", "\"status\" must be one of"),
      ("{\"schema\": \"gradus.result/1\", \"status\": \"optimal\", \"solution\": {\"x\": []}}", "must be a number"),
    ] {
      let ending = try CommandRunner.run(["verify", file, try Scratch.file("r.json", text)])
      #expect(ending.code == 3, "\(ending.error)")
      #expect(ending.error.contains(expected), "\(ending.error)")
    }
  }

  @Test func missingHighsIsNamedWithItsInstallation() throws {
    // Away from the repository and with an empty environment, only a library in the system's folders can be found.
    let folder = try Scratch.folder()
    let program = folder.appendingPathComponent("gradus").path
    // A second name, not a copy: a process that another test starts at this moment would hold the copy open, and it could not be run.
    try FileManager.default.linkItem(atPath: CommandRunner.path, toPath: program)
    let environment = [
      "PATH": "/nonexistent", "HOME": folder.path,
      "LD_LIBRARY_PATH": ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"] ?? "",
    ]
    let doctor = try CommandRunner.run(["doctor", "--format", "json"], environment: environment, program: program)
    #expect(doctor.code == 0)
    let highs = doctor.json()["components"]?.elements?.first { $0["name"]?.text == "HiGHS" }
    if highs?["usable"]?.truth == true { return }
    let ending = try CommandRunner.run(
      ["solve", CommandRunner.example("diet.mps")], environment: environment, program: program)
    #expect(ending.code == 5)
    #expect(ending.error.contains("python3 -m pip install highsbox"))
    #expect(ending.error.count { $0 == "\n" } == 1)
  }

  @Test func versionHelpAndCatalogs() throws {
    #expect(try CommandRunner.run(["version"]).out == "gradus \(gradusVersion)\n")
    #expect(try CommandRunner.run(["--help"]).code == 0)
    #expect(try CommandRunner.run(["solve", "--help"]).out.contains("--time-limit"))
    let methods = try CommandRunner.run(["methods", "--format", "json"]).json()["methods"]?.elements ?? []
    let names = methods.compactMap { $0["name"]?.text }
    for name in ["cma-es", "highs", "lbfgs", "qp-interior-point"] { #expect(names.contains(name)) }
    for name in names {
      let page = try CommandRunner.run(["explain", name])
      #expect(page.code == 0 && page.out.contains("reference"), "\(name)")
    }
    let problems = try CommandRunner.run(["methods", "--problems", "--format", "json"]).json()
    #expect(problems["problems"]?.elements?.count ?? 0 >= 15)
    let fitting = try CommandRunner.run(["methods", "--for", CommandRunner.example("portfolio.qps")]).out
    #expect(fitting.contains("qp-interior-point") && !fitting.contains("cma-es"))
  }
}
