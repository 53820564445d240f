# SPDX-License-Identifier: Apache-2.0
"""gradus.torch.Optimizer beside torch's own, on real modules."""
import copy
import io
import unittest

from needs import needs

try:
    import torch

    import gradus
    import gradus.torch as gt
except ImportError as error:
    if error.name != "torch":
        raise


def model(seed=0):
    torch.manual_seed(seed)
    return torch.nn.Sequential(torch.nn.Linear(5, 8), torch.nn.Tanh(), torch.nn.Linear(8, 1))


def data():
    torch.manual_seed(7)
    x = torch.randn(64, 5)
    return x, torch.sin(x.sum(1, keepdim=True))


def train(net, optimizer, steps=20, **more):
    x, y = data()
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = torch.nn.functional.mse_loss(net(x), y)
        loss.backward()
        optimizer.step(**({"loss": loss} if more.get("loss") else {}))
        losses.append(loss.item())
    return losses


def numbers(net):
    return [p.detach().clone() for p in net.parameters()]


@needs("torch", "make peers")
class Optimizers(unittest.TestCase):
    def assertSame(self, a, b):
        for x, y in zip(a, b):
            self.assertTrue(torch.equal(x, y), f"{(x - y).abs().max()}")

    def test_adamw_is_that_of_torch(self):
        ours, theirs = model(), model()
        train(ours, gt.Optimizer(ours.parameters(), "adamw", lr=1e-2, decay=0.1))
        train(theirs, torch.optim.AdamW(theirs.parameters(), lr=1e-2, weight_decay=0.1))
        for a, b in zip(numbers(ours), numbers(theirs)):
            torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-6)

    def test_sgd_with_a_schedule_and_groups_is_that_of_torch(self):
        ends = []
        for make in (lambda g: gt.Optimizer(g, "sgd", lr=0.1, momentum=0.9),
                     lambda g: torch.optim.SGD(g, lr=0.1, momentum=0.9)):
            net = model()
            optimizer = make([{"params": net[0].parameters()}, {"params": net[2].parameters(), "lr": 0.01}])
            schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=20)
            for _ in range(20):
                train(net, optimizer, 1)
                schedule.step()
            ends.append(numbers(net))
        for a, b in zip(*ends):
            torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-6)

    def test_every_rule_steps_and_continues_to_the_bit(self):
        rules = [method["name"] for method in gradus.methods() if method["rule"]]
        self.assertGreater(len(rules), 40)
        for rule in rules:
            with self.subTest(rule):
                net = model()
                try:
                    optimizer = gt.Optimizer(net.parameters(), rule)
                except gradus.GradusError as error:
                    self.assertEqual(error.code, "unsuitable")
                    continue
                places = [p.data_ptr() for p in net.parameters()]
                before = numbers(net)
                losses = train(net, optimizer, 6, loss=True)
                self.assertEqual(places, [p.data_ptr() for p in net.parameters()], "parameters stay where they are")
                self.assertTrue(all(torch.isfinite(p).all() for p in net.parameters()))
                self.assertTrue(any(not torch.equal(a, b) for a, b in zip(before, numbers(net))), losses)
                file = io.BytesIO()
                torch.save({"net": net.state_dict(), "optimizer": optimizer.state_dict()}, file)
                file.seek(0)
                saved = torch.load(file, weights_only=True)
                other = model(1)
                other.load_state_dict(saved["net"])
                resumed = gt.Optimizer(other.parameters(), rule)
                resumed.load_state_dict(saved["optimizer"])
                self.assertEqual(train(net, optimizer, 4, loss=True), train(other, resumed, 4, loss=True))
                self.assertSame(numbers(net), numbers(other))

    def test_closures(self):
        net = model()
        optimizer = gt.Optimizer(net.parameters(), "momo")
        x, y = data()

        def closure():
            optimizer.zero_grad()
            loss = torch.nn.functional.mse_loss(net(x), y)
            loss.backward()
            return loss

        losses = [optimizer.step(closure).item() for _ in range(30)]
        self.assertLess(losses[-1], losses[0])
        closure()
        with self.assertRaises(gradus.GradusError):
            optimizer.step()

    def test_parameters_without_gradients_stay(self):
        for rule in ("adamw", "muon", "prodigy"):
            net = model()
            before = numbers(net)
            optimizer = gt.Optimizer(net.parameters(), rule)
            train(net, optimizer, 1)
            kept = net[0].weight.detach().clone()
            net[0].weight.requires_grad_(False)
            net[0].weight.grad = None
            x, y = data()
            for p in list(net.parameters())[1:]:
                p.grad = torch.ones_like(p)
            optimizer.step()
            if rule != "prodigy":
                self.assertTrue(torch.equal(kept, net[0].weight))
            self.assertFalse(torch.equal(before[1], net[0].bias))
            before = numbers(net)
            for p in net.parameters():
                p.grad = None
            optimizer.step()
            self.assertSame(before, numbers(net))

    def test_wrong_gradients_are_refused_when_asked_for(self):
        net = model()
        optimizer = gt.Optimizer(net.parameters(), "adamw", checked=True)
        train(net, optimizer, 1)
        before = numbers(net)
        for p in net.parameters():
            p.grad = torch.zeros_like(p)
        net[2].weight.grad[0, 3] = float("nan")
        with self.assertRaises(gradus.GradusError) as caught:
            optimizer.step()
        self.assertIn("number 3", str(caught.exception))
        self.assertSame(before, numbers(net))

    def test_averages_are_put_in_and_taken_out(self):
        net = model()
        optimizer = gt.Optimizer(net.parameters(), "schedule-free-sgd", lr=0.1)
        train(net, optimizer, 10)
        before = numbers(net)
        optimizer.eval()
        self.assertFalse(torch.equal(before[0], numbers(net)[0]))
        with self.assertRaises(RuntimeError):
            optimizer.step()
        optimizer.train()
        self.assertSame(before, numbers(net))

    def test_what_cannot_be_stepped_is_said(self):
        with self.assertRaises(TypeError):
            gt.Optimizer([torch.nn.Parameter(torch.zeros(3, dtype=torch.float64))], "adamw")
        with self.assertRaises(TypeError):
            gt.Optimizer([torch.nn.Parameter(torch.zeros(3, 4).t())], "adamw")
        with self.assertRaises(gradus.GradusError):
            gt.Optimizer([torch.nn.Parameter(torch.zeros(3))], "adamw", lrr=1)
        with self.assertRaises(gradus.GradusError):
            gt.Optimizer([torch.nn.Parameter(torch.zeros(3))], "adamww")
        with self.assertRaises(ValueError):
            gt.Optimizer([torch.nn.Parameter(torch.zeros(3))], "adamw").load_state_dict(
                gt.Optimizer([torch.nn.Parameter(torch.zeros(4))], "adamw").state_dict())

    def test_copies_go_their_own_way(self):
        net = model()
        optimizer = gt.Optimizer(net.parameters(), "muon")
        train(net, optimizer, 3)
        twin, copied = copy.deepcopy((net, optimizer))
        self.assertEqual(train(net, optimizer, 3), train(twin, copied, 3))
        self.assertSame(numbers(net), numbers(twin))
        train(twin, copied, 1)
        self.assertFalse(torch.equal(numbers(net)[0], numbers(twin)[0]))

    def test_empty_and_single_parameters(self):
        p, q = torch.nn.Parameter(torch.zeros(0, 3)), torch.nn.Parameter(torch.tensor(2.0))
        optimizer = gt.Optimizer([p, q], "sgd", lr=0.5)
        q.grad = torch.tensor(1.0)
        optimizer.step()
        self.assertEqual(q.item(), 1.5)
        self.assertEqual(copy.deepcopy(optimizer.state_dict())["param_groups"][0]["lr"], 0.5)


if __name__ == "__main__":
    unittest.main()
