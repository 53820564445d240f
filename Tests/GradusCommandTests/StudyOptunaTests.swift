// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import Testing

/// Optuna from PyPI in an environment of its own.
enum PeerOptuna {
  static let python = CommandRunner.root.appendingPathComponent(".tools/peers/bin/python").path
  static let isThere = (try? run("import optuna").code) == 0
  static let missing: Comment = "optuna is not in .tools/peers; tools/setup.sh installs it"

  static func run(_ script: String, _ arguments: [String] = []) throws -> CommandRunner.Ending {
    try CommandRunner.run(["-c", script] + arguments, program: python)
  }
}

/// The same file in the hands of `gradus study` and of optuna from PyPI.
@Suite(
  .enabled(if: CommandRunner.isBuilt, CommandRunner.notBuilt),
  .enabled(if: PeerOptuna.isThere, PeerOptuna.missing))
struct StudyOptunaTests {
  static let head = """
    import json, sys, optuna
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    storage = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(sys.argv[1]))

    """

  @Test func theBestAreThoseOfOptuna() throws {
    let path = try Scratch.folder().appendingPathComponent("o.journal").path
    let script =
      Self.head + """
        sampler = optuna.samplers.RandomSampler(seed=3)
        one = optuna.create_study(storage=storage, study_name="one", direction="maximize", sampler=sampler)
        two = optuna.create_study(storage=storage, study_name="two", directions=["minimize", "maximize"], sampler=sampler)
        def f(trial, study):
            x, y = trial.suggest_float("x", 0, 1), trial.suggest_int("y", 0, 5)
            storage.set_trial_system_attr(trial._trial_id, "constraints", [x - 0.9])
            if hasattr(trial, "set_constraint"): trial.set_constraint("y", y - 4)
            if trial.number % 7 == 6: raise optuna.TrialPruned()
            return x * y if study is one else (x + 0.1 * y, x * y)
        for study in [one, two]: study.optimize(lambda t: f(t, study), n_trials=40)
        print(json.dumps([[t.number for t in s.best_trials] for s in [one, two]]))
        """
    let optuna = try PeerOptuna.run(script, [path])
    #expect(optuna.code == 0, "\(optuna.error.suffix(500))")
    let numbers = try ["one", "two"].map { name -> JSONValue in
      let best = try StudyCommandTests.study("best", path, ["--study", name, "--format", "json"]).json()
      return .array((best["trials"]?.elements ?? []).compactMap { $0["number"] })
    }
    #expect(optuna.json() == .array(numbers))
    #expect(numbers[1].elements?.count ?? 0 > 2)
  }

  @Test func optunaTakesUpWhatWasEnqueuedAndTold() throws {
    let path = try Scratch.folder().appendingPathComponent("o.journal").path
    let begin =
      Self.head + """
        study = optuna.create_study(storage=storage, study_name="s")
        study.optimize(lambda t: t.suggest_float("x", 0, 1) + len(t.suggest_categorical("c", ["a", "bb"])), n_trials=3)
        study.ask()
        """
    #expect(try PeerOptuna.run(begin, [path]).code == 0)
    #expect(try StudyCommandTests.study("enqueue", path, ["x=0.25", "c=bb"]).code == 0)
    #expect(try StudyCommandTests.study("enqueue", path, ["c=a"]).code == 0)
    #expect(try StudyCommandTests.study("tell", path, ["--trial", "3", "--values", "-7.5"]).code == 0)
    let end =
      Self.head + """
        study = optuna.load_study(storage=storage, study_name="s")
        f = lambda t: t.suggest_float("x", 0, 1) + len(t.suggest_categorical("c", ["a", "bb"]))
        study.optimize(f, n_trials=2)
        t = study.trials
        print(json.dumps([len(t), t[3].value, study.best_trial.number, t[4].params, t[4].value, t[5].params["c"]]))
        """
    let optuna = try PeerOptuna.run(end, [path])
    #expect(optuna.code == 0, "\(optuna.error.suffix(500))")
    #expect(optuna.json() == [6, -7.5, 3, ["x": 0.25, "c": "bb"], 2.25, "a"])
  }
}
