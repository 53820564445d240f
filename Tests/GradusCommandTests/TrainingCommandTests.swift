// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import Testing

/// Data files as problems: `gradus solve table.csv`.
@Suite(.enabled(if: CommandRunner.isBuilt, CommandRunner.notBuilt))
struct TrainingCommandTests {
  private static let iris = """
    length,width,species
    1.4,0.2,setosa
    1.3,0.3,setosa
    4.7,1.4,versicolor
    4.5,1.5,versicolor
    6.0,2.5,virginica
    5.1,1.9,virginica

    """

  private func table(_ text: String, _ name: String = "iris.csv") throws -> String {
    let folder = try Scratch.folder()
    let path = folder.appendingPathComponent(name).path
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  @Test(arguments: ["", "lbfgs", "saga"])
  func solvedAndVerified(_ method: String) throws {
    let path = try table(Self.iris)
    let solution = path + ".json"
    let by = method.isEmpty ? [] : ["--by", method]
    let ending = try CommandRunner.run(["solve", path, "--format", "json", "--solution", solution] + by)
    #expect(ending.code == 0, "\(ending.error)")
    #expect(ending.error.contains("is read as classification of several labels from 6 observations"))
    let json = ending.json()
    #expect(json["status"]?.text == "optimal")
    #expect(json["certificate"]?["verified"] == .bool(true))
    #expect(json["problem"]?["kind"]?.text == "Training")
    #expect(json["solution"]?.members?.count == 6)
    #expect(json["solution"]?["w[setosa,length]"]?.double ?? 1 < 0)
    let check = try CommandRunner.run(["verify", path, solution])
    #expect(check.code == 0, "\(check.out)")
    // The same weights do not minimize another task of the same table.
    let other = try CommandRunner.run(["verify", path, solution, "--task", "regression"])
    #expect(other.code == 3)
  }

  @Test func describedInWords() throws {
    let ending = try CommandRunner.run(["describe", try table(Self.iris)])
    #expect(ending.code == 0)
    #expect(ending.out.contains("labels                setosa, versicolor, virginica"))
    #expect(ending.out.contains("saga"))
  }

  @Test func aStoppedRunContinues() throws {
    let path = try table(Self.iris)
    let checkpoint = path + ".checkpoint"
    let whole = try CommandRunner.run(["solve", path, "--by", "saga", "--format", "json"])
    let half = try CommandRunner.run([
      "solve", path, "--by", "saga", "--format", "json", "--answers", "100", "--checkpoint", checkpoint,
    ])
    #expect(half.code == 4)
    let rest = try CommandRunner.run(["solve", path, "--resume", checkpoint, "--format", "json"])
    #expect(rest.code == 0, "\(rest.error)")
    #expect(rest.json()["solution"] == whole.json()["solution"])
    // The same checkpoint with other data.
    let changed = try table(Self.iris.replacingOccurrences(of: "1.4,0.2", with: "1.4,0.4"))
    let refused = try CommandRunner.run(["solve", changed, "--resume", checkpoint])
    #expect(refused.code == 3, "\(refused.error)")
  }

  @Test func refusals() throws {
    let path = try table(Self.iris)
    let binary = try CommandRunner.run(["solve", path, "--task", "binary"])
    #expect(binary.code == 3)
    #expect(binary.error.contains("there are 3 labels; choose '--task multiclass' or '--task regression'"))
    let model = try CommandRunner.run(["solve", "problem:sphere,n=2", "--task", "binary"])
    #expect(model.code == 2)
    #expect(model.error.contains("--task goes with data"))
    let broken = try CommandRunner.run(["solve", try table("1 2\n", "broken.svm")])
    #expect(broken.code == 3)
    #expect(broken.error.contains("broken.svm:1:3: \"2\" has no colon; expected index:value"))
  }
}
