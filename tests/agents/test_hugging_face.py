"""A random Qwen3 of two layers, which writes nonsense, as a policy."""

import subprocess
import sys

import pytest

from mdgym import agents
from mdgym.agents import BatchAgent, Sampling
from mdgym.errors import AgentError

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
peft = pytest.importorskip("peft")

from tokenizers import Tokenizer, decoders, models, pre_tokenizers  # noqa: E402

from mdgym.agents import HuggingFaceAgent  # noqa: E402

# peft 0.21 asks transformers 5 for a property by its old name
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")

TEMPLATE = (
    "{% for m in messages %}<|start|>{{ m.role }}\n{{ m.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|start|>assistant\n"
    "{% if enable_thinking is defined and not enable_thinking %}<think></think>{% endif %}{% endif %}"
)
GREEDY = Sampling(temperature=0, max_new_tokens=12)
OBSERVATIONS = ["Melt argon.", "模拟一个晶体。🧪", "Leave the mean temperature behind as the variable t."]
CONTEXT = 256


def make_tokenizer(**special):
    vocabulary = {byte: number for number, byte in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    tokenizer = Tokenizer(models.BPE(vocabulary, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["<|pad|>", "<|end|>", "<|start|>"])
    fast = transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special)
    fast.chat_template = TEMPLATE
    return fast


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def tokenizer():
    return make_tokenizer(pad_token="<|pad|>", eos_token="<|end|>")


@pytest.fixture(scope="module")
def folder(tokenizer, tmp_path_factory):
    """A folder with a model, and in `adapter` a LoRA adapter of it that is not the identity."""
    folder = tmp_path_factory.mktemp("model")
    config = transformers.Qwen3Config(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=16,
        max_position_embeddings=CONTEXT,
        # so that the next token depends on the ones before, and not on the last alone
        tie_word_embeddings=False,
        initializer_range=0.5,
        bos_token_id=None,
        eos_token_id=None,
        pad_token_id=None,
    )
    with torch.random.fork_rng([]):
        torch.manual_seed(0)
        model = transformers.Qwen3ForCausalLM(config)
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        lora = peft.LoraConfig(r=4, target_modules=["q_proj", "v_proj"], init_lora_weights=False)
        model.name_or_path = str(folder)
        peft.get_peft_model(model, lora).save_pretrained(folder / "adapter")
    return folder


@pytest.fixture(scope="module")
def agent(folder):
    return HuggingFaceAgent(str(folder), sampling=GREEDY, device="cpu")


@pytest.fixture
def ask(open_task):
    """Ask an agent about observations, with seeds from 0 on unless others are given."""

    def ask(agent, observations=OBSERVATIONS, seeds=None):
        return agent.act_many(observations, [open_task] * len(observations), seeds or range(len(observations)))

    return ask


def test_model_is_loaded_by_its_name_on_the_command_line(folder, open_task):
    agent = agents.load(f"hf:{folder}")
    assert isinstance(agent, BatchAgent)
    assert (agent.name, agent.batch_size, agent.sampling) == (f"hf:{folder}", 16, Sampling())
    agent.sampling = GREEDY
    assert isinstance(agent.act("p", open_task, 0), str)


def test_greedy_answers_of_a_batch_are_those_of_single_ones(agent, ask, open_task):
    together = ask(agent)
    assert together == [agent.act(observation, open_task, 7) for observation in OBSERVATIONS]
    assert len(set(together)) == 3 and all(together)
    assert ask(agent, []) == []


def test_answer_is_no_longer_than_it_may_be(folder, tokenizer, ask):
    lengths = []
    for longest in (1, 5):
        agent = HuggingFaceAgent(folder, sampling=Sampling(temperature=0, max_new_tokens=longest))
        generated = spy(agent)
        ask(agent)
        lengths.append(generated[0][0])
    assert lengths == [1, 5]


def test_answer_has_neither_its_end_nor_what_stands_behind_it(folder, ask):
    agent = HuggingFaceAgent(folder, sampling=GREEDY)
    end, pad = agent.tokenizer.convert_tokens_to_ids(["<|end|>", "<|pad|>"])
    agent.model.generate = lambda input_ids, **_: torch.cat([input_ids, torch.tensor([[75, end, pad, pad]])], dim=1)
    assert ask(agent, ["p"]) == [agent.tokenizer.decode([75])]


def spy(agent):
    """Note (new tokens, prompts, settings) of each call of `generate`."""
    calls, generate = [], agent.model.generate

    def noting(input_ids, **settings):
        output = generate(input_ids=input_ids, **settings)
        calls.append((output.shape[1] - input_ids.shape[1], agent.tokenizer.batch_decode(input_ids), settings))
        return output

    agent.model.generate = noting
    return calls


def test_model_reads_the_template_padded_at_the_left_and_does_not_think_unless_told_to(folder, ask):
    agent = HuggingFaceAgent(folder, sampling=GREEDY, system="Be brief.")
    calls = spy(agent)
    ask(agent, ["a", "bcd"])
    begin, end = "<|start|>system\nBe brief.<|end|><|start|>user\n", "<|end|><|start|>assistant\n<think></think>"
    assert calls[0][1] == [f"<|pad|><|pad|>{begin}a{end}", f"{begin}bcd{end}"]
    agent = HuggingFaceAgent(folder, sampling=GREEDY, thinking=True)
    calls = spy(agent)
    ask(agent, ["a"])
    assert calls[0][1] == ["<|start|>user\na<|end|><|start|>assistant\n"]


@pytest.mark.parametrize(("wanted", "new"), [(40, 40), (2048, CONTEXT // 2)])
def test_prompt_too_long_for_the_context_loses_its_beginning(folder, ask, wanted, new):
    agent = HuggingFaceAgent(folder, sampling=Sampling(temperature=0, max_new_tokens=wanted))
    calls = spy(agent)
    ask(agent, ["x" * 1000 + "the end", "short"])
    (_, (long, _), settings) = calls[0]
    assert long.endswith("xthe end<|end|><|start|>assistant\n<think></think>") and "user" not in long
    assert len(agent.tokenizer(long)["input_ids"]) == CONTEXT - new
    assert settings["max_new_tokens"] == new


def test_sampled_answers_are_those_of_their_seeds_and_leave_random_numbers_alone(folder, ask):
    agent = HuggingFaceAgent(folder, sampling=Sampling(max_new_tokens=12, top_p=0.9, top_k=50))
    state = torch.random.get_rng_state()
    first = ask(agent, seeds=[1, 2, 3])
    assert torch.equal(torch.random.get_rng_state(), state)
    torch.rand(1)
    assert ask(agent, seeds=[1, 2, 3]) == first
    assert ask(agent, seeds=[1, 2, 4]) != first
    same = ask(agent, ["p"] * 3)
    assert len(set(same)) == 3


def test_loaded_model_is_used_as_it_is_and_goes_on_with_its_training(folder, tokenizer, agent, ask):
    model = transformers.AutoModelForCausalLM.from_pretrained(folder)
    before = tokenizer.padding_side
    own = HuggingFaceAgent(model, tokenizer, sampling=GREEDY, name="step 3")
    assert own.name == "step 3" and own.model is model
    for training in (True, False):
        model.train(training)
        assert ask(own) == ask(agent)
        assert model.training is training
    assert tokenizer.padding_side == before
    tokens = torch.tensor([[1, 2, 3]])
    model(input_ids=tokens, labels=tokens).loss.backward()
    assert model.lm_head.weight.grad.abs().sum() > 0


def test_mode_of_training_is_restored_after_an_error(folder, tokenizer, ask):
    model = transformers.AutoModelForCausalLM.from_pretrained(folder).train()
    own = HuggingFaceAgent(model, tokenizer)
    model.generate = lambda **_: 1 / 0
    with pytest.raises(ZeroDivisionError):
        ask(own)
    assert model.training


def test_adapter_changes_the_answers_and_the_name_and_can_be_named_alone(folder, agent, ask):
    adapted = HuggingFaceAgent(folder, adapter=folder / "adapter", sampling=GREEDY)
    assert adapted.name == f"hf:{folder}+{folder / 'adapter'}"
    assert ask(adapted) != ask(agent)
    alone = HuggingFaceAgent(folder / "adapter", agent.tokenizer, sampling=GREEDY)
    assert ask(alone) == ask(adapted)


def test_end_of_text_pads_where_there_is_no_pad_token(folder, agent, ask):
    own = HuggingFaceAgent(folder, make_tokenizer(eos_token="<|end|>"), sampling=GREEDY)
    assert ask(own) == ask(agent)


def test_tokenizer_that_will_not_do_says_what_to_do(folder, agent):
    with pytest.raises(AgentError, match=r"neither a pad nor an end token: set tokenizer\.pad_token"):
        HuggingFaceAgent(folder, make_tokenizer())
    silent = make_tokenizer(eos_token="<|end|>")
    silent.chat_template = None
    with pytest.raises(AgentError, match=r"no chat template: .* set tokenizer\.chat_template"):
        HuggingFaceAgent(folder, silent)
    with pytest.raises(AgentError, match="no tokenizer: give it both"):
        HuggingFaceAgent(agent.model)


def test_what_cannot_be_loaded_is_said_in_one_sentence(folder, tmp_path):
    for source, reason in ((tmp_path / "missing", ", which is no folder here: "), (tmp_path, ": ")):
        with pytest.raises(AgentError) as caught:
            agents.load(f"hf:{source}")
        assert str(caught.value).startswith(f"no language model can be loaded from '{source}'{reason}")
        assert "\n" not in str(caught.value)
    with pytest.raises(AgentError, match="no tokenizer can be loaded from"):
        HuggingFaceAgent(folder / "adapter")
    with pytest.raises(AgentError, match="hf:PATH for a language model"):
        agents.load("hf:")
    with pytest.raises(AgentError, match="no adapter can be loaded from"):
        HuggingFaceAgent(folder, adapter=tmp_path / "missing")
    with pytest.raises(AgentError, match="cannot run on 'nowhere'"):
        HuggingFaceAgent(folder, device="nowhere")
    with pytest.raises(ValueError, match="batch_size must be at least 1, not 0"):
        HuggingFaceAgent(folder, batch_size=0)


@pytest.mark.parametrize("missing", ["torch", "transformers"])
def test_missing_library_says_how_to_install_it(monkeypatch, missing):
    monkeypatch.setitem(sys.modules, missing, None)
    monkeypatch.delitem(sys.modules, "mdgym.agents.hugging_face")
    with pytest.raises(AgentError, match=r'pip install "mdgym\[train\]"'):
        agents.load("hf:anything")


def test_missing_peft_says_how_to_install_it(monkeypatch, folder):
    monkeypatch.setitem(sys.modules, "peft", None)
    with pytest.raises(AgentError, match=r'pip install "mdgym\[train\]"'):
        HuggingFaceAgent(folder, adapter=folder / "adapter")
    with pytest.raises(AgentError, match=r'pip install "mdgym\[train\]"'):
        agents.load(f"hf:{folder / 'adapter'}")


def test_package_of_agents_does_not_load_torch():
    code = "import sys, mdgym.agents; print([n for n in ('torch', 'transformers') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    with pytest.raises(AttributeError, match="nonsense"):
        agents.nonsense  # noqa: B018


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("temperature", -0.1),
        ("temperature", float("nan")),
        ("top_p", 0.0),
        ("top_p", 1.1),
        ("top_k", -1),
        ("max_new_tokens", 0),
    ],
)
def test_sampling_that_makes_no_sense_is_refused_with_its_value(setting, value):
    with pytest.raises(ValueError, match=f"{setting} must .* not {value}"):
        Sampling(**{setting: value})
