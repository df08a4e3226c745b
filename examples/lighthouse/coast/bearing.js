// Turns the needle to the number. An element and no look-up at load: rows of a form come and go.
customElements.define("bearing-needle", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", () => this.turn());
    this.turn();
  }

  turn() {
    const degrees = Number(this.querySelector("input").value) || 0;
    this.querySelector("path").setAttribute("transform", `rotate(${degrees})`);
  }
});
