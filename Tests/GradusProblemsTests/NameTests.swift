// SPDX-License-Identifier: Apache-2.0
import GradusProblems
import Testing

@Suite("Names of problems")
struct NameTests {
  @Test(arguments: [
    ("rosenbrok", "there is no problem 'rosenbrok'; did you mean 'rosenbrock'?"),
    ("zzzzzzzz", "there is no problem 'zzzzzzzz'; 'gradus methods --problems' lists them"),
    ("", "there is no problem ''; 'gradus methods --problems' lists them"),
    ("sphere,n", "problem 'sphere,n' cannot be read at 'n'; expected NAME,KEY=VALUE such as rosenbrock,n=20"),
    ("sphere,", "problem 'sphere,' cannot be read at ''; expected NAME,KEY=VALUE such as rosenbrock,n=20"),
    ("sphere,m=3", "problem sphere has no parameter 'm'; it has n"),
    ("beale,n=3", "problem beale has no parameter 'n'; it has none"),
    ("sphere,n=2.5", "problem parameter n=2.5 cannot be read; expected a whole number"),
    ("sphere,n=nan", "problem parameter n=nan cannot be read; expected a whole number"),
    ("sphere,n=0", "problem parameter n=0 is out of range; allowed is 1 … 1000000"),
    ("rosenbrock,n=1", "problem parameter n=1 is out of range; allowed is 2 … 1000000"),
    ("sphere,n=1e300", "problem parameter n=1e300 is out of range; allowed is 1 … 1000000"),
    ("noisy-sphere,sigma=-1", "problem parameter sigma=-1 is out of range; allowed is 0.0 … 1000000.0"),
  ])
  func `bad names say what is wrong`(_ name: String, _ message: String) {
    let error = #expect(throws: ProblemError.self) { try ProblemLibrary.problem(named: name) }
    #expect(error?.description == message)
  }

  @Test func `parameters are spelled in the name`() throws {
    #expect(try ProblemLibrary.problem(named: "rosenbrock").name == "rosenbrock,n=2")
    #expect(try ProblemLibrary.problem(named: "quadratic,condition=10,n=3").name == "quadratic,n=3,condition=10.0")
    #expect(try ProblemLibrary.problem(named: "quadratic,n=3").dimension == 3)
  }
}
