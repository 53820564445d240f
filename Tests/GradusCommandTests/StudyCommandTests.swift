// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import Testing

@Suite(.enabled(if: CommandRunner.isBuilt, CommandRunner.notBuilt))
struct StudyCommandTests {
  /// Runs `gradus study NAME --storage FILE …`.
  static func study(_ name: String, _ file: String, _ rest: [String] = []) throws -> CommandRunner.Ending {
    try CommandRunner.run(["study", name, "--storage", file] + rest)
  }

  @Test func listsStudies() throws {
    var journal = StudyJournal.wing()
    journal.study("two \u{1B}[31mred", [1, 2])
    journal.trial(1, [1, 2])
    journal.trial(1, [2, 3])
    journal.trial(1, [2, 1])
    let file = try journal.file()
    let text = try Self.study("list", file)
    #expect(text.code == 0)
    #expect(text.out.contains("wing") && text.out.contains("24 complete, 1 pruned, 1 failed, 1 running, 1 waiting"))
    #expect(text.out.contains("-0.5") && text.out.contains("front of 2 trials") && text.out.contains("days ago"))
    // Nothing of a name steers the terminal.
    #expect(!text.out.contains("\u{1B}"))
    let json = try Self.study("list", file, ["--format", "json"]).json()
    #expect(json["schema"] == "gradus.studies/1" && json["studies"]?.elements?.count == 2)
    let first = json["studies"]?.elements?.first
    #expect(first?["trials"]?["complete"] == 24 && first?["best"] == [["number": 4, "values": [-0.5]]])
    #expect(first?["lastChange"]?.text?.hasPrefix("2026-01-01T") == true)
  }

  @Test func showsAStudy() throws {
    let file = try StudyJournal.wing().file()
    let text = try Self.study("show", file)
    #expect(text.code == 0)
    for part in [
      "wing: minimize", "-0.5, trial 4: lr=", "lr: 0.0001 … 1, logarithmic", "layers: 1 … 8, whole",
      "act: relu, tanh, 3", "trial 26,", "so far", "8 more",
    ] { #expect(text.out.contains(part), "\(part) in \(text.out)") }
    let json = try Self.study("show", file, ["--sort", "best", "--limit", "3", "--format", "json"]).json()
    #expect(json["schema"] == "gradus.study-summary/1")
    #expect(json["counts"]?["running"] == 1 && json["running"]?.elements?.count == 1)
    let shown = json["trials"]?.elements ?? []
    #expect(shown.count == 3 && shown.first?["number"] == 4)
    let values = shown.compactMap { $0["values"]?.doubles?.first }
    #expect(values == values.sorted())
    let last = try Self.study("show", file, ["--limit", "2", "--format", "json"]).json()["trials"]?.elements ?? []
    #expect(last.compactMap { $0["number"]?.whole } == [27, 26])
    let longest = try Self.study("show", file, ["--sort", "seconds", "--limit", "1", "--format", "json"]).json()
    #expect(longest["trials"]?.elements?.first?["number"] == 26)
  }

  @Test func theBest() throws {
    let file = try StudyJournal.wing().file()
    let text = try Self.study("best", file)
    #expect(text.code == 0 && text.out.contains("-0.5") && text.out.contains("lr") && text.out.contains("90 s"))
    let json = try Self.study("best", file, ["--format", "json"]).json()
    #expect(json["trials"]?.elements?.count == 1 && json["trials"]?.elements?.first?["number"] == 4)
    #expect(json["trials"]?.elements?.first?["parameters"]?["act"] == "tanh")
    var front = StudyJournal()
    front.study("f", [1, 2])
    for values in [[1.0, 2], [2, 3], [2, 1], [1, 2]] { front.trial(1, values) }
    let trials = try Self.study("best", try front.file(), ["--format", "json"]).json()["trials"]?.elements ?? []
    #expect(trials.compactMap { $0["number"]?.whole } == [0, 1, 3])
    var nothing = StudyJournal()
    nothing.study("n")
    nothing.trial(1, [1], constraints: [2])
    #expect(try Self.study("best", try nothing.file()).code == 4)
  }

  @Test func tellsByHand() throws {
    let file = try StudyJournal.wing().file()
    let told = try Self.study("tell", file, ["--trial", "26", "--values", "-0.75", "--format", "json"])
    #expect(told.code == 0 && told.json()["state"] == "complete" && told.json()["values"] == [-0.75])
    #expect(try Self.study("best", file, ["--format", "json"]).json()["trials"]?.elements?.first?["number"] == 26)
    // One that waited begins and ends, with what was asked for.
    let waited = try Self.study("tell", file, ["--trial", "27", "--values=2", "--format", "json"]).json()
    #expect(waited["parameters"] == ["lr": 0.25] && waited["started"]?.text != nil)
    let again = try Self.study("tell", file, ["--trial", "27", "--fail"])
    #expect(again.code == 1 && again.error.contains("has ended already: it is complete"))
    var two = StudyJournal()
    two.study("two", [1, 2])
    two.trial(0)
    two.trial(0)
    two.trial(0)
    let path = try two.file()
    for (k, words) in [["--values", "-1", "2"], ["--values=-1,2"], ["--fail"]].enumerated() {
      let ending = try Self.study("tell", path, ["--trial", "\(k)", "--format", "json"] + words)
      #expect(ending.json()["values"] == (k < 2 ? [-1.0, 2.0] : []), "\(words): \(ending.error)")
    }
    #expect(
      try Self.study("list", path, ["--format", "json"]).json()["studies"]?.elements?.first?["trials"]?["failed"] == 1)
  }

  @Test func enqueues() throws {
    let file = try StudyJournal.wing().file()
    let first = try Self.study("enqueue", file, ["lr=0.01", "act=3", "--format", "json"])
    #expect(first.code == 0, "\(first.error)")
    #expect(first.json()["number"] == 28 && first.json()["state"] == "waiting")
    #expect(first.json()["parameters"] == ["lr": 0.01, "act": 3])
    #expect(first.json()["systemAttributes"]?["fixed_params"] == ["lr": 0.01, "act": 3])
    let second = try Self.study(
      "enqueue", file, ["--params", "{\"layers\": 2.0, \"act\": \"relu\"}", "--format", "json"])
    #expect(second.json()["parameters"] == ["layers": 2, "act": "relu"], "\(second.error)")
    let third = try Self.study("enqueue", file, ["other=x", "--new", "--format", "json"])
    #expect(third.json()["systemAttributes"]?["fixed_params"] == ["other": "x"] && third.json()["parameters"] == [:])
    #expect(try Self.study("enqueue", file, ["--quiet"]).code == 0)
    #expect(try Self.study("list", file).out.contains("5 waiting"))
    var empty = StudyJournal()
    empty.study("e")
    #expect(try Self.study("enqueue", try empty.file(), ["anything=1"]).out == "trial 0: waiting\n")
  }

  @Test func exports() throws {
    let file = try StudyJournal.wing().file()
    let folder = try Scratch.folder()
    let (table, document) = (folder.appendingPathComponent("t.csv").path, folder.appendingPathComponent("t.JSON").path)
    #expect(try Self.study("export", file, [table]).out == "\(table): 28 trials\n")
    #expect(try Self.study("export", file, [document, "--quiet"]).out.isEmpty)
    let lines = try String(contentsOfFile: table, encoding: .utf8).split(separator: "\n")
    #expect(
      lines.first == "number,state,value,params_lr,params_layers,params_act,datetime_start,datetime_complete,seconds")
    #expect(lines.count == 29 && lines[5].hasPrefix("4,complete,-0.5,"))
    let json = try JSONValue(parsing: try String(contentsOfFile: document, encoding: .utf8))
    #expect(json["schema"] == "gradus.study/1" && json["trials"]?.elements?.count == 28)
  }

  /// Arguments behind `study`, exit code, and what the one line says; FILE is a journal with one study, MANY with two.
  static let table: [(arguments: [String], code: Int32, message: String)] = [
    (["list"], 2, "--storage"),
    (["list", "--storage", "missing.journal"], 3, "No such file or directory; name a storage"),
    (["show", "--storage", "missing.journal"], 3, "cannot open missing.journal"),
    (["show", "--storage", "EMPTY"], 3, "holds no study"), (["show", "--storage", ""], 2, "--storage is empty"),
    (["show", "--storage", "nothing://me:secret@host/x"], 3, "nothing://…"),
    (["show", "--storage", "NOISE"], 3, "line 1 of"),
    (["show", "--storage", "/"], 3, "cannot open /"),
    (["show", "--storage", "MANY"], 2, "holds 2 studies; choose one with --study: wing, other"),
    (["best", "--storage", "FILE", "--study", "wign"], 2, "did you mean 'wing'?"),
    (["show", "--storage", "FILE", "--limit", "-1"], 2, "--limit"),
    (["show", "--storage", "FILE", "--sort", "luck"], 2, "luck"),
    (["show", "--storage", "FILE", "--objective", "2"], 2, "no objective '2'; it has value"),
    (["tell", "--storage", "FILE", "--trial", "26"], 2, "give either --values or --fail"),
    (["tell", "--storage", "FILE", "--trial", "26", "--values", "1", "--fail"], 2, "give either"),
    (["tell", "--storage", "FILE", "--trial", "99", "--fail"], 2, "has no trial 99; they are 0 to 27"),
    (
      ["tell", "--storage", "FILE", "--trial", "26", "--values", "1", "2"], 2,
      "has 1 objective, but --values has 2 numbers"
    ),
    (["tell", "--storage", "FILE", "--trial", "26", "--values", "nan"], 2, "told with --fail"),
    (["tell", "--storage", "FILE", "--trial", "26", "--values", "x"], 2, "'x' is no number"),
    (["tell", "--storage", "FILE", "--trial", "0", "--fail"], 1, "has ended already"),
    (["enqueue", "--storage", "FILE", "lr=7"], 2, "lr=7 is out of range; allowed is 0.0001 … 1, logarithmic"),
    (["enqueue", "--storage", "FILE", "act=elu"], 2, "allowed is relu, tanh, 3"),
    (["enqueue", "--storage", "FILE", "layer=2"], 2, "did you mean 'layers'?"),
    (["enqueue", "--storage", "FILE", "momentum=2"], 2, "--new accepts it"),
    (["enqueue", "--storage", "FILE", "lr=0.1", "lr=0.2"], 2, "given twice"),
    (["enqueue", "--storage", "FILE", "lr"], 2, "expected NAME=VALUE"),
    (["enqueue", "--storage", "FILE", "--params", "[1]"], 2, "expected an object"),
    (["enqueue", "--storage", "FILE", "--params", "{"], 2, "--params: "),
    (["export", "--storage", "FILE", "out.txt"], 2, "must end with .csv or .json"),
    (["export", "--storage", "FILE", "/nowhere/out.csv"], 1, "cannot write"),
    (["plot", "--storage", "FILE", "out.png"], 2, "must end with .svg or .html"),
    (["plot", "--storage", "FILE", "out.svg", "--kind", "all"], 2, "is a page"),
    (["plot", "--storage", "FILE", "out.svg", "--kind", "front"], 2, "has one objective"),
    (["importance", "--storage", "FILE", "--parameters", "lr,layrs"], 2, "did you mean 'layers'?"),
    (["importance", "--storage", "FILE", "--trees", "0"], 2, "--trees"),
    (
      ["importance", "--storage", "MANY", "--study", "other"], 4, "has 0 complete trials; importance needs at least 10"
    ),
  ]

  @Test(arguments: table.indices) func refusesInOneLine(_ index: Int) throws {
    let (arguments, code, message) = Self.table[index]
    var many = StudyJournal.wing()
    many.study("other")
    let files = [
      "FILE": try StudyJournal.wing().file(), "MANY": try many.file(), "EMPTY": try StudyJournal().file(),
      "NOISE": try Scratch.file("n.journal", "number,state\n1,2\n"),
    ]
    let ending = try CommandRunner.run(["study"] + arguments.map { files[$0] ?? $0 })
    #expect(ending.code == code, "\(arguments): \(ending.error)")
    #expect(ending.error.contains(message), "\(arguments): \(ending.error)")
    #expect(ending.error.hasPrefix("gradus: ") && ending.error.split(separator: "\n").count == 1, "\(ending.error)")
    #expect(ending.out.isEmpty && !ending.error.contains("secret"))
    // Whatever was refused, nothing was changed.
    for name in ["FILE", "MANY"] {
      let content = try String(contentsOfFile: files[name] ?? "", encoding: .utf8)
      #expect(content.split(separator: "\n").count == (name == "FILE" ? StudyJournal.wing() : many).lines.count)
    }
  }

  @Test func lookingMakesNoFile() throws {
    let path = try Scratch.folder().appendingPathComponent("none.journal").path
    for name in ["list", "show", "best", "importance"] {
      #expect(try Self.study(name, path).code == 3)
      #expect(!FileManager.default.fileExists(atPath: path))
    }
    #expect(try Self.study("tell", path, ["--trial", "0", "--fail"]).code == 3)
    #expect(try Self.study("enqueue", path, ["a=1"]).code == 3)
    #expect(try FileManager.default.contentsOfDirectory(atPath: String(path.dropLast(13))).isEmpty)
  }

  /// What no program of ours or optuna's writes, but a file can hold.
  @Test func oddStudiesAreLookedAtNevertheless() throws {
    var none = StudyJournal()
    none.study("none", [])
    none.trial(1, [1])
    var odd = StudyJournal()
    odd.study("odd")
    let wide = StudyJournal.distribution(
      "Int", ["log": false, "step": 3, "low": -9_000_000_000_000_000_000, "high": 9_000_000_000_000_000_000])
    let huge = StudyJournal.distribution("Float", ["step": .null, "low": -1.7e308, "high": 1.7e308, "log": false])
    let point = StudyJournal.distribution("Float", ["step": 0, "low": 2, "high": 1, "log": true])
    for k in 0..<20 {
      let parameters: [(name: String, value: Double, distribution: JSONValue)] = [
        ("wide", 1e18 * Double(k - 10), wide), ("huge", 1.7e307 * Double(k - 10), huge), ("point", -1, point),
        ("act", Double(k), StudyJournal.act), ("lr", Double(-k), StudyJournal.rate),
      ]
      odd.trial(1, k == 3 ? [1, 2] : [Double(k % 7)], parameters)
    }
    odd.line(
      #"{"op_code":5,"worker_id":"w","trial_id":19,"param_name":"lr","param_value_internal":NaN,"distribution":\#(StudyJournal.rate.description)}"#
    )
    odd.trial(0, [], [("lr", 0.1, StudyJournal.rate)])
    odd.line(
      #"{"op_code":5,"worker_id":"w","trial_id":20,"param_name":"lr","param_value_internal":NaN,"distribution":\#(StudyJournal.rate.description)}"#
    )
    odd.line(#"{"op_code":6,"worker_id":"w","trial_id":20,"state":1,"values":[NaN]}"#)
    odd.line(#"{"op_code":6,"worker_id":"w","trial_id":0,"state":1,"values":[1]}"#)
    let (first, second) = (try none.file(), try odd.file())
    let folder = try Scratch.folder()
    let commands: [[String]] = [
      ["show"], ["show", "--sort", "best"], ["best"], ["importance", "--trees", "4"], ["plot"], ["export"],
    ]
    for command in commands {
      let file = command[0] == "plot" ? ["p.html"] : command[0] == "export" ? ["t.csv"] : []
      let rest = Array(command.dropFirst()) + file.map { folder.appendingPathComponent($0).path }
      let refused = try Self.study(command[0], first, rest)
      #expect(refused.code == 3 && refused.error.contains("has no objective"), "\(command): \(refused.error)")
      let taken = try Self.study(command[0], second, rest)
      #expect(taken.code == 0, "\(command): \(taken.code) \(taken.error)")
    }
    #expect(try Self.study("list", first).code == 0)
    #expect(try Self.study("enqueue", second, ["wide=9000000000000000000", "--quiet"]).code == 2)
  }

  @Test func theStorageIsNotWrittenOver() throws {
    let file = try StudyJournal.wing().file("s.json")
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent()
    let link = folder.appendingPathComponent("link.json").path
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
    let before = try Data(contentsOf: URL(fileURLWithPath: file))
    for target in [file, link, folder.path + "/./s.json"] {
      let ending = try Self.study("export", file, [target])
      #expect(ending.code == 2 && ending.error.contains("is the storage itself"), "\(ending.error)")
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == before)
  }
}
